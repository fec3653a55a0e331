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
        self._command = [str(program), "-f", str(store)]
        self._options = [word for option in options for word in ("-o", option)]

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="mounted-"))
        self._process = subprocess.Popen(
            [*self._command, str(self.path), *self._options], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not os.path.ismount(self.path):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError(f"{' '.join(self._command)}: did not mount")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        if os.path.ismount(self.path):
            subprocess.run(["fusermount3", "-u", str(self.path)], check=True)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.path.rmdir()

    @property
    def peak_memory(self):
        """The most memory that the mount has had, in MiB."""
        with open(f"/proc/{self._process.pid}/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024

    @property
    def read_requests(self):
        """Requests to read a recording that have reached the mount."""
        return json.loads((self.path / ".zarrwlr/status.json").read_text())["requests_total"]["read"]


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
