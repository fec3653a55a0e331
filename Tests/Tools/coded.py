#!/usr/bin/env python3
"""The tools of each format, on the coded streams: flac, metaflac, opusinfo, opusdec, oggz-validate, ogginfo and mp3val."""

import re
import tempfile
from pathlib import Path

from mounted import Checks, Wave, digest, mounted, run

checks = Checks()
with mounted() as mount, tempfile.TemporaryDirectory() as work:
    for path in mount.coded():
        name = str(path.relative_to(mount.folder))
        wave = Wave((mount.folder / path.relative_to(mount.folder / "coded")).with_suffix(".wav"))
        if path.suffix == ".flac":
            run("flac", "--test", "--silent", "--warnings-as-errors", path)
            facts = run("metaflac", "--show-sample-rate", "--show-channels", "--show-total-samples", path).split()
            checks.check("flac -t, metaflac", name, [wave.rate, wave.channels, wave.frames], [int(fact) for fact in facts])
            samples = run("flac", "--decode", "--silent", "--force-raw-format", "--endian=little", "--sign=signed", "--stdout", path,
                          text=False)
            if not wave.is_float and wave.bits > 8:
                checks.check("flac -d", name, wave.sha256, digest(samples))
        if path.suffix in (".opus", ".ogg"):
            checks.check("oggz-validate", name, "", run("oggz-validate", path).strip())
        if path.suffix == ".opus":
            text = run("opusinfo", path)
            seconds = re.search(r"Playback length: (\d+)m:([\d.]+)s", text)
            checks.check("opusinfo", name, [0, 0, round(1000 * wave.frames / wave.rate)],
                         [text.count("WARNING"), text.count("ERROR"), round(60000 * int(seconds[1]) + 1000 * float(seconds[2]))])
            copy = Path(work) / "copy.raw"
            run("opusdec", "--quiet", "--force-wav", "--no-dither", "--rate", "48000", path, copy)
            found = Wave(copy)
            checks.check("opusdec", name, [wave.frames, wave.channels], [found.frames, found.channels])
        if path.suffix == ".ogg":
            text = run("ogginfo", path)
            checks.check("ogginfo", name, [0, True], [text.count("WARNING"), f"Rate: {wave.rate}" in text])
        if path.suffix == ".mp3":
            text = run("mp3val", path)
            checks.check("mp3val", name, 0, text.count("WARNING") + text.count("ERROR"))
checks.finish()
