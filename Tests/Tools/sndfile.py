#!/usr/bin/env python3
"""libsndfile, by sndfile-info and by Python's soundfile: format, length, samples, and random seeks."""

import random
import re
import tempfile
from pathlib import Path

import soundfile
from mounted import Checks, Wave, digest, mounted, run

WIDTHS = {8: "int16", 16: "int16", 24: "int32", 32: "int32"}


def packed(samples, wave):
    """The bytes of integers as the file has them: libsndfile has put them into the upper bytes."""
    width = wave.bits // 8
    size = samples.dtype.itemsize
    data = samples.tobytes()
    if width == 1:
        return bytes((data[index + 1] + 128) % 256 for index in range(0, len(data), 2))
    return b"".join(data[index + size - width : index + size] for index in range(0, len(data), size))


checks = Checks()
generator = random.Random(1)
with mounted() as mount, tempfile.TemporaryDirectory() as work:
    for name, path in mount.waves().items():
        wave = Wave(path)
        text = run("sndfile-info", path)
        found = {key: int(re.search(rf"^{word}\s*:\s*(\d+)", text, re.M)[1])
                 for key, word in (("rate", "Sample Rate"), ("channels", "Channels"), ("frames", "Frames"))}
        checks.check("sndfile-info", name, {"rate": wave.rate, "channels": wave.channels, "frames": wave.frames}, found)
        copy = Path(work) / "copy.wav"
        run("sndfile-convert", path, copy)
        checks.check("sndfile-convert", name, wave.sha256, Wave(copy).sha256)
        with soundfile.SoundFile(path) as file:
            kind = "float32" if wave.is_float else WIDTHS[wave.bits]
            samples = file.read(dtype=kind)
            data = samples.tobytes() if wave.is_float else packed(samples, wave)
            checks.check("soundfile", name, {"sha256": wave.sha256}, {"sha256": digest(data)})
            expected, found = b"", b""
            for _ in range(20):
                start = generator.randrange(wave.frames - 100)
                file.seek(start)
                samples = file.read(100, dtype=kind)
                found += samples.tobytes() if wave.is_float else packed(samples, wave)
                expected += wave.part(start, 100)
            checks.check("soundfile seek", name, {"sha256": digest(expected)}, {"sha256": digest(found)})
checks.finish()
