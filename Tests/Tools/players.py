#!/usr/bin/env python3
"""mpv: plays each file to nowhere, from its beginning and after seeks; the length, the format and the samples."""

import tempfile
from pathlib import Path

from mounted import Checks, Wave, digest, mounted, run

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
            for start in (start for start in (0, 0.25, 0.75) if (start + 0.1) * wave.rate < wave.frames):
                copy = Path(work) / "copy.raw"
                run(*quiet, f"--start={start}", "--ao=pcm", f"--ao-pcm-file={copy}", "--ao-pcm-waveheader=no", path)
                # It may round a time to the sample before or after.
                near = {digest(wave.part(max(0, round(start * wave.rate) + off), wave.frames)): off for off in (-1, 1, 0)}
                checks.check(f"mpv from {start} s", name, True, digest(copy.read_bytes()) in near)
    for path in mount.coded():
        wave = Wave((mount.folder / path.relative_to(mount.folder / "coded")).with_suffix(".wav"))
        if path.suffix == ".flac" and wave.bits == 32 and not wave.is_float:
            # The libraries of ffmpeg 5.1 cannot decode FLAC of 32 bits.
            continue
        copy = Path(work) / "copy.wav"
        run(*quiet, "--ao=pcm", f"--ao-pcm-file={copy}", "--start=0.5", path)
        found = Wave(copy)
        # Decoders of lossy codecs begin a frame or two early or late, and ADTS has its priming.
        is_near = abs(found.frames - (wave.frames - wave.rate / 2)) < 0.1 * wave.rate
        checks.check("mpv from 0.5 s", path.relative_to(mount.folder), [wave.rate, wave.channels, True],
                     [found.rate, found.channels, is_near])
checks.finish()
