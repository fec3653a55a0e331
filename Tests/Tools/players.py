#!/usr/bin/env python3
"""mpv: plays each file to nowhere, from its beginning and after seeks; the length, the format and the samples."""

import tempfile
from pathlib import Path

from mounted import Checks, Wave, digest, mounted, run

FORMATS = {16: "s16", 24: "s32", 32: "s32"}

checks = Checks()
with mounted() as mount, tempfile.TemporaryDirectory() as work:
    quiet = ["mpv", "--no-config", "--no-video", "--really-quiet", "--untimed"]
    for name, path in mount.waves().items():
        wave = Wave(path)
        text = run("mpv", "--no-config", "--no-video", "--ao=null", "--ao-null-untimed", "--term-playing-msg="
                   "facts ${=audio-params/samplerate} ${=audio-params/channel-count} ${=duration}", path)
        facts = next(line for line in text.splitlines() if line.startswith("facts")).split()[1:]
        checks.check("mpv", name, {"rate": wave.rate, "channels": wave.channels, "ms": round(1000 * wave.frames / wave.rate)},
                     {"rate": int(facts[0]), "channels": int(facts[1]), "ms": round(1000 * float(facts[2]))})
        if wave.bits == 16:
            for start in (0, 0.25):
                copy = Path(work) / "copy.raw"
                run(*quiet, f"--start={start}", "--ao=pcm", f"--ao-pcm-file={copy}", "--ao-pcm-waveheader=no", path)
                first = round(start * wave.rate)
                expected = wave.part(first, wave.frames - first)
                checks.check(f"mpv from {start} s", name, {"sha256": digest(expected)}, {"sha256": digest(copy.read_bytes())})
    for path in mount.coded():
        if path.suffix in (".flac", ".aac", ".opus", ".ogg", ".mp3"):
            run(*quiet, "--ao=null", "--start=0.5", path)
            checks.check("mpv", path.relative_to(mount.folder), "plays", "plays")
checks.finish()
