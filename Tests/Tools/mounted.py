"""A mounted store of generated recordings, what its files must be, and how the programs in this folder report whether others read them right.

What is expected is computed from the sources and from the bytes of the files alone, by the parser in here, by none of the tools."""

import argparse
import contextlib
import hashlib
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

GUANO = """GUANO|Version: 1.0
Timestamp: 2025-05-01T04:00:00+02:00
Samplerate: {rate}
Length: {length}
Make: Wildlife Acoustics
Model: Song Meter Mini
Serial: SMM12345
Loc Position: 52.4000 13.1000
Loc Elevation: 34
Original Filename: {name}
Temperature Int: 7.5
"""


class Wave:
    """The format, the samples and the chunks of a WAV file."""

    def __init__(self, path):
        self.path = Path(path)
        data = self.path.read_bytes()
        kind, _, form = struct.unpack_from("<4sI4s", data)
        assert kind in (b"RIFF", b"RF64") and form == b"WAVE", f"{path} is no WAV file"
        self.chunks, position, sizes = {}, 12, {}
        while position + 8 <= len(data):
            name, size = struct.unpack_from("<4sI", data, position)
            if kind == b"RF64" and name == b"ds64":
                sizes[b"data"] = struct.unpack_from("<Q", data, position + 16)[0]
            size = sizes.get(name, size) if size == 0xFFFFFFFF else size
            self.chunks.setdefault(name, data[position + 8 : position + 8 + size])
            position += 8 + size + size % 2
        tag, self.channels, self.rate, _, self.frame_size, self.bits = struct.unpack_from("<HHIIHH", self.chunks[b"fmt "])
        self.is_float = (struct.unpack_from("<H", self.chunks[b"fmt "], 24)[0] if tag == 0xFFFE else tag) == 3
        self.samples = self.chunks[b"data"]
        self.frames = len(self.samples) // self.frame_size

    @property
    def sha256(self):
        return digest(self.samples)

    def part(self, start, count):
        """The bytes of `count` frames from frame `start` on."""
        return self.samples[start * self.frame_size : (start + count) * self.frame_size]

    @property
    def guano(self):
        """The fields of the GUANO chunk."""
        lines = self.chunks.get(b"guan", b"").decode("utf-8").rstrip("\0").splitlines()
        return dict((key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines) if key)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def write_source(path, rate, channels, seconds, width, guano=False):
    """Writes a WAV file of tones and noise, with a GUANO chunk at its end if `guano`."""
    generator = random.Random(str(path.name))
    frames = bytearray()
    full = 1 << (8 * width - 1)
    for index in range(int(seconds * rate)):
        for channel in range(channels):
            value = 0.4 * math.sin(index * (channel + 1) * 2 * math.pi * 440 / rate) + 0.05 * (generator.random() - 0.5)
            frames += int(value * (full - 1)).to_bytes(width, "little", signed=True)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * width, channels * width, 8 * width)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(frames)) + frames
    if guano:
        text = GUANO.format(rate=rate, length=seconds, name=path.name).encode()
        text += b" " * (len(text) % 2)
        body += struct.pack("<4sI", b"guan", len(text)) + text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


class Checks:
    """Prints a line for each check, and counts those that have failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, tool, file, expected, found):
        """Compares what a tool has found in a file with what is expected: two dictionaries, or two values."""
        if expected == found:
            self.passed += 1
            print(f"ok    {tool}: {file}: {short(expected)}")
        else:
            self.failed += 1
            print(f"FAIL  {tool}: {file}: {short(found)} instead of {short(expected)}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(0 if self.passed and not self.failed else 1)


def short(value):
    if isinstance(value, dict):
        return ", ".join(f"{key} {short(item)}" for key, item in value.items())
    return str(value)[:60]


class Mounted:
    """The mount: its folder, its sources by the paths of their files in it, and its files."""

    def __init__(self, folder, sources, views):
        self.folder, self.sources, self.views = folder, sources, views

    def waves(self):
        """The paths of all WAV files below the mountpoint, by their names in it."""
        files = (path for path in self.folder.rglob("*") if path.suffix.lower() == ".wav" and path.is_file())
        found = {str(path.relative_to(self.folder)): path for path in sorted(files)}
        if "clips" in self.views:
            for name in list(self.sources):
                clip = self.folder / f"{name}@0.5+1s.wav"
                found[f"{name}@0.5+1s.wav"] = clip
        return found

    def coded(self):
        """The paths of the files in the view of coded streams."""
        return [path for path in sorted((self.folder / "coded").rglob("*")) if path.is_file()] if "coded" in self.views else []


@contextlib.contextmanager
def mounted():
    """Mounts a store of generated recordings with all views that the program has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, default=REPOSITORY / ".build/release")
    programs = parser.parse_args().programs.resolve()
    with tempfile.TemporaryDirectory(prefix="zarrwlr-tools-") as work:
        work = Path(work)
        os.environ["XDG_CACHE_HOME"] = str(work / "cache")
        card, store, folder = work / "card", work / "store.zarr", work / "audio"
        folder.mkdir()
        write_source(card / "SMM_20250501_040000.wav", 48000, 1, 4, 2, guano=True)
        write_source(card / "stereo24_20250501_050000.wav", 44100, 2, 3, 3)
        write_source(card / "bat_20250501_213000.wav", 250000, 1, 1, 2)
        run(programs / "zarrwlr", "import", f"{store}::flac", card)
        run(programs / "zarrwlr", "import", f"{store}::opus", "--codec", "opus", card / "SMM_20250501_040000.wav")
        run(programs / "zarrwlr", "import", f"{store}::aac", "--codec", "aac", card / "SMM_20250501_040000.wav")
        sources = {f"{codec}/{path.name}": path for codec in ("flac", "opus", "aac") for path in sorted(card.iterdir())}
        text = run(programs / "zarrwlr-mount", "--help")
        options = ["-o", "views=all,part_size=256K"] if "views=" in text else []
        views = ["clips", "coded"] if options else []
        run(programs / "zarrwlr-mount", *options, store, folder)
        try:
            sources = {name: source for name, source in sources.items() if (folder / name).exists()}
            yield Mounted(folder, sources, views)
        finally:
            # A file that is still open must not keep the mount, whose files would then be deleted.
            subprocess.run(["fusermount3", "-u", "-z", str(folder)], check=True)


def run(*command, **options):
    """The standard output of a command, which must end with 0; as bytes if `text` is false."""
    options = {"text": True} | options
    result = subprocess.run([str(word) for word in command], capture_output=True, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]} has failed with {result.returncode}: {result.stderr}")
    return result.stdout
