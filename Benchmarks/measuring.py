"""Measuring commands and calls side by side, and describing the results."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """The cost of something in seconds: of the clock, and of all processors."""

    wall: float
    cpu: float


@dataclass
class Row:
    """One line of a table of results."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self):
        return "" if self.met is None else "yes" if self.met else "**no**"


def run(*command, directory=None):
    """Runs a command to its end, without its output, and returns its cost; raises an error if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], cwd=directory,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    wall = time.perf_counter() - start
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def side_by_side(rounds, *actions):
    """Calls the actions alternately, A B A B …, and returns a list of results for each."""
    results = [[] for _ in actions]
    for _ in range(rounds):
        for action, kept in zip(actions, results):
            kept.append(action())
    return results


def ratio(upper, lower):
    """The median of the ratios of results of the same round."""
    return statistics.median(one / other for one, other in zip(upper, lower, strict=True))


def walls(costs):
    return [cost.wall for cost in costs]


def cpus(costs):
    return [cost.cpu for cost in costs]


def percentile(values, part):
    """The value below which `part` (0 to 1) of the values are."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def median(values):
    return statistics.median(values)


def seconds(value):
    """A time as text, in a fitting unit."""
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.2f} ms"
    return f"{value:.2f} s"


def machine():
    """The machine and its software, as lines of Markdown."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    with open("/proc/meminfo") as file:
        memory = int(next(line for line in file if line.startswith("MemTotal")).split()[1]) / (1 << 20)
    ffmpeg = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return [
        f"- {os.cpu_count()} processors ({model}), {memory:.0f} GiB, Linux {os.uname().release}",
        f"- ffmpeg {ffmpeg}; load average when it began: {os.getloadavg()[0]:.1f}",
    ]
