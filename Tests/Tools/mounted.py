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


# The names of the directories that are views, and of what describes the mount.
VIEWS = {".zarrwlr", "by-date", "coded", "parts", "spectrograms", "x10"}

# What ffprobe calls the codec of a coded file.
CODECS = {".flac": "flac", ".aac": "aac", ".opus": "opus", ".ogg": "vorbis", ".mp3": "mp3"}

# The recording with all metadata of a recorder.
RECORDER = "SMM_20250501_040000.wav"


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


def write_source(path, rate, channels, seconds, width, guano=False, is_float=False):
    """Writes a WAV file of tones and noise, with a GUANO chunk at its end if `guano`."""
    generator = random.Random(str(path.name))
    frames = bytearray()
    full = 1 << (8 * width - 1)
    for index in range(int(seconds * rate)):
        for channel in range(channels):
            value = 0.4 * math.sin(index * (channel + 1) * 2 * math.pi * 440 / rate) + 0.05 * (generator.random() - 0.5)
            if is_float:
                frames += struct.pack("<f", int(value * (1 << 23)) / (1 << 23))
            elif width == 1:
                frames.append(128 + int(value * 127))
            else:
                frames += int(value * (full - 1)).to_bytes(width, "little", signed=True)
    tag = 3 if is_float else 1
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, channels, rate, rate * channels * width, channels * width, 8 * width)
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
            print(f"ok    {tool}: {file}: {short(expected)}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL  {tool}: {file}: {short(found)} instead of {short(expected)}", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(0 if self.passed and not self.failed else 1)


def short(value):
    if isinstance(value, dict):
        return ", ".join(f"{key} {short(item)}" for key, item in value.items())
    return str(value)[:60]


class Mounted:
    """The mount: its folder, the programs, the store, the folder with the sources, and the sources by the paths of their files in the mount."""

    def __init__(self, folder, programs, store, card, sources):
        self.folder, self.programs, self.store, self.card, self.sources = folder, programs, store, card, sources

    def files(self):
        """The names in the mount of all files that it lists."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def plain(self):
        """The names of the WAV files in the plain tree."""
        return [name for name in self.files() if is_wave(name) and name.split("/")[0] not in VIEWS]

    def waves(self):
        """The paths of all WAV files below the mountpoint, and of clips of those in the plain tree and in x10, by their names in it."""
        clips = [f"{folder}{name}@0.5+1s.wav" for folder in ("", "x10/") for name in self.plain()]
        names = [name for name in self.files() if is_wave(name)] + clips
        return {name: self.folder / name for name in names}

    def coded(self):
        """The paths of the files in the view of coded streams."""
        return [self.folder / name for name in self.files() if name.startswith("coded/") and Path(name).suffix in CODECS]


def is_wave(name):
    return name.lower().endswith(".wav")


def write_sources(card):
    """Writes recordings of several kinds to a folder."""
    write_source(card / RECORDER, 48000, 1, 4, 2, guano=True)
    write_source(card / "stereo24_20250501_050000.wav", 44100, 2, 3, 3)
    write_source(card / "bat_20250501_213000.wav", 250000, 1, 2, 2)
    write_source(card / "old_20250502_010203.wav", 22050, 1, 3, 1)
    write_source(card / "float_20250502_040000.wav", 32000, 2, 2, 4, is_float=True)
    write_source(card / "wide_20250503_000000.wav", 48000, 4, 2, 4)
    write_source(card / "pond #1 100% é_20250505_040000.wav", 48000, 1, 2, 2)
    encode = ["ffmpeg", "-v", "error", "-i", card / "stereo24_20250501_050000.wav", "-metadata", "title=reeds"]
    run(*encode, "-c:a", "libmp3lame", card / "tagged_20250504_040000.mp3")
    run(*encode, "-c:a", "libvorbis", card / "tagged_20250504_050000.ogg")
    run(*encode, "-c:a", "flac", "-sample_fmt", "s32", card / "tagged_20250504_060000.flac")


@contextlib.contextmanager
def mounted(*options):
    """Mounts a store of generated recordings with all views, and with these options."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, default=REPOSITORY / ".build/release")
    programs = parser.parse_args().programs.resolve()
    with tempfile.TemporaryDirectory(prefix="zarrwlr-tools-") as work:
        work = Path(work)
        # Servers run as other users.
        work.chmod(0o755)
        os.environ["XDG_CACHE_HOME"] = str(work / "cache")
        card, store, folder = work / "card", work / "store.zarr", work / "audio"
        folder.mkdir()
        write_sources(card)
        run(programs / "zarrwlr", "import", f"{store}::flac", card)
        for codec in ("opus", "aac"):
            run(programs / "zarrwlr", "import", f"{store}::{codec}", "--codec", codec, card / RECORDER)
        run(programs / "zarrwlr-mount", "-o", ",".join(["views=all", "part_size=256K", *options]), store, folder)
        try:
            sources = {f"flac/{path.stem}.wav": path for path in sorted(card.iterdir())}
            sources |= {f"{codec}/{RECORDER}": card / RECORDER for codec in ("opus", "aac")}
            yield Mounted(folder, programs, store, card, sources)
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
