"""The first read in the middle of a recording, compared with ffmpegfs, which decodes files from their start up to there."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from measuring import Row, median, ratio, seconds, side_by_side
from mounts import Mount
from reading import recording


class FFmpegFS:
    """A folder that ffmpegfs shows as WAV files, with an empty cache, as long as the `with` lasts."""

    def __init__(self, folder):
        self._folder = folder

    def __enter__(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="ffmpegfs-")
        self.path = Path(self._temporary.name) / "mounted"
        self.path.mkdir()
        subprocess.run(
            ["ffmpegfs", str(self._folder), str(self.path), "-o", f"desttype=wav,cachepath={self._temporary.name}/cache"],
            check=True, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        subprocess.run(["fusermount3", "-u", str(self.path)], check=True)
        self._temporary.cleanup()


def first_read(bench):
    """Opening an hour of FLAC for the first time, and reading 4 KiB of its middle."""
    flac = bench.sounds.coded("flac", bench.length(3600))
    with tempfile.TemporaryDirectory(prefix="folder-", dir=flac.parent) as folder:
        os.link(flac, Path(folder) / "hour.flac")

        def theirs():
            with FFmpegFS(folder) as mount:
                return _read_middle(next(mount.path.glob("*.wav")))

        def ours():
            """The median of five, since a single measurement of a millisecond says little."""
            times = []
            for _ in range(5):
                with Mount(bench.mount, bench.hour_store) as mount:
                    times.append(_read_middle(recording(mount, "flac")))
            return median(times)

        they, we = side_by_side(bench.rounds, theirs, ours)
    times = ratio(they, we)
    return [Row(
        "first read in the middle of an hour of FLAC, opening it included, against ffmpegfs",
        f"{seconds(median(we))} against {seconds(median(they))}: {times:.0f} × sooner", "1000 × sooner", times >= 1000)]


def _read_middle(path):
    """Seconds taken by opening the file at `path` and reading 4 KiB of its middle."""
    middle = path.stat().st_size // 2
    start = time.perf_counter()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if len(os.pread(descriptor, 4096, middle)) != 4096:
            raise RuntimeError(f"{path}: nothing in the middle")
        return time.perf_counter() - start
    finally:
        os.close(descriptor)
