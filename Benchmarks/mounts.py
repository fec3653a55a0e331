"""Mounting a store, and timing reads through the mount."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path


class Mount:
    """A store that is mounted as long as the `with` lasts."""

    def __init__(self, program, store, *options):
        # In the background, as users run it: in the foreground its memory includes some 20 MiB of library pages that only the
        # start-up has touched.
        self._command = [str(program), str(store)]
        self._options = [word for option in options for word in ("-o", option)]

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="mounted-"))
        try:
            subprocess.run([*self._command, str(self.path), *self._options], check=True, timeout=60)
        except (subprocess.SubprocessError, OSError):
            self.path.rmdir()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(["fusermount3", "-u", str(self.path)], check=True)
        deadline = time.monotonic() + 30
        while _processes_with(str(self.path)) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.path.rmdir()

    @property
    def peak_memory(self):
        """The peak memory of the mount's largest process, in MiB: of the one that reads the store."""
        peaks = []
        for process in _processes_with(str(self.path)):
            with open(process / "status") as status:
                peaks.append(int(next(line for line in status if line.startswith("VmHWM")).split()[1]))
        return max(peaks) / 1024

    @property
    def memory(self):
        """The memory of all processes of the mount in MiB: their own pages, and their shares of pages that others map as well."""
        total = 0
        for process in _processes_with(str(self.path)):
            with open(process / "smaps_rollup") as rollup:
                total += int(next(line for line in rollup if line.startswith("Pss:")).split()[1])
        return total / 1024

    def pre_roll(self, codec):
        """The share of pre-roll in all that was decoded of recordings of `codec`."""
        name = f'zarrwlr_preroll_ratio{{codec="{codec}"}} '
        lines = (self.path / ".zarrwlr/metrics").read_text().splitlines()
        return float(next(line for line in lines if line.startswith(name)).split()[-1])

    @property
    def read_requests(self):
        """The number of read requests for recordings that have reached the mount."""
        return json.loads((self.path / ".zarrwlr/status.json").read_text())["requests_total"]["read"]


def _processes_with(argument):
    """The folders in /proc of the processes that have `argument` on their command lines."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if argument in (process / "cmdline").read_text().split("\0"):
                found.append(process)
        except OSError:
            pass  # It has ended in the meantime.
    return found


def slots(count, size, total):
    """`count` offsets in `total`, in scattered order, at which `size` can be read without overlaps."""
    stride = total // count
    step = next(step for step in range(count * 618 // 1000 | 1, 2 * count) if _are_coprime(step, count))
    for number in range(count):
        slot = number * step % count
        yield slot * stride + slot * 7919 % max(stride - size, 1)


def _are_coprime(left, right):
    while right:
        left, right = right, left % right
    return left == 1


def read_latencies(path, size, places):
    """Seconds taken by each read of `size` bytes at the `places`, without read-ahead by the kernel."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
        latencies = []
        for place in places:
            start = time.perf_counter()
            count = len(os.pread(descriptor, size, place))
            latencies.append(time.perf_counter() - start)
            if count != size:
                raise RuntimeError(f"{path}: {count} bytes instead of {size} at {place}")
        return latencies
    finally:
        os.close(descriptor)
