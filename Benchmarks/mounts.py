"""A store mounted for a while, and reading through it."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path


class Mount:
    """A store mounted as long as the `with` lasts."""

    def __init__(self, program, store, *options):
        # In the background, as its users run it: in the foreground it also counts the pages of libraries that only starting
        # up has touched, some 20 MiB.
        self._command = [str(program), str(store)]
        self._options = [word for option in options for word in ("-o", option)]

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="mounted-"))
        try:
            subprocess.run([*self._command, str(self.path), *self._options], check=True, timeout=60)
        except (subprocess.SubprocessError, OSError):
            self.path.rmdir()
            raise
        self._process = _process_with(str(self.path))
        return self

    def __exit__(self, *_):
        subprocess.run(["fusermount3", "-u", str(self.path)], check=True)
        deadline = time.monotonic() + 30
        while self._process.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.path.rmdir()

    @property
    def peak_memory(self):
        """The most memory that the mount has had, in MiB."""
        with open(self._process / "status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024

    @property
    def read_requests(self):
        """Requests to read a recording that have reached the mount."""
        return json.loads((self.path / ".zarrwlr/status.json").read_text())["requests_total"]["read"]


def _process_with(argument):
    """The folder in /proc of the process that was given `argument`."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if argument in (process / "cmdline").read_text().split("\0"):
                return process
        except OSError:
            pass  # It has ended meanwhile.
    raise RuntimeError(f"no process was given {argument}")


def slots(count, size, total):
    """`count` places in `total`, in an order that jumps about, where `size` can be read without meeting another's."""
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
    """Seconds that each read of `size` bytes at the `places` took, the kernel reading nothing ahead."""
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
