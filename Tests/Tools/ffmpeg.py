#!/usr/bin/env python3
"""ffprobe and ffmpeg: format, length, samples, and seeks; of coded streams, that they are what their names say, and sound the same."""

import json

from mounted import CODECS, Checks, Wave, digest, mounted, run


def raw(wave):
    """The format of raw samples that are those of `wave`."""
    return f"f{wave.bits}le" if wave.is_float else f"s{wave.bits}le" if wave.bits > 8 else "u8"


def probe(path, entries):
    return json.loads(run("ffprobe", "-v", "error", "-show_entries", f"stream={entries}", "-of", "json", path))["streams"][0]


def decoded(path, wave, *options):
    """The samples of a file in the format of `wave`. ffmpeg must not complain."""
    return run("ffmpeg", "-v", "error", "-xerror", *options, "-i", path, "-f", raw(wave), "-c:a", f"pcm_{raw(wave)}", "-", text=False)


checks = Checks()
with mounted() as mount:
    for name, path in mount.waves().items():
        wave = Wave(path)
        stream = probe(path, "sample_rate,channels,codec_name,duration_ts")
        expected = {"codec": f"pcm_{raw(wave)}", "rate": wave.rate, "channels": wave.channels, "frames": wave.frames}
        found = {
            "codec": stream["codec_name"], "rate": int(stream["sample_rate"]), "channels": stream["channels"],
            "frames": stream["duration_ts"],
        }
        checks.check("ffprobe", name, expected, found)
        checks.check("ffmpeg", name, wave.sha256, digest(decoded(path, wave)))
        for start in (wave.frames // 4, wave.frames // 2, wave.frames - 100):
            # A little before the sample, so that no rounding makes it the next one.
            part = decoded(path, wave, "-ss", f"{start / wave.rate - 1e-6:.6f}")
            checks.check(f"ffmpeg from {start}", name, digest(wave.part(start, wave.frames)), digest(part))
    for path in mount.coded():
        name = str(path.relative_to(mount.folder / "coded"))
        stream = probe(path, "codec_name")
        checks.check("ffprobe", f"coded/{name}", CODECS[path.suffix], stream["codec_name"])
        wave = Wave((mount.folder / name).with_suffix(".wav"))
        if path.suffix == ".flac" and wave.bits == 32 and not wave.is_float:
            # ffmpeg 5.1 cannot decode FLAC of 32 bits; flac, in coded.py, can.
            continue
        if path.suffix != ".aac":
            coder = ["-c:a", "libopus"] if path.suffix == ".opus" else []
            checks.check("ffmpeg", f"coded/{name}", wave.sha256, digest(decoded(path, wave, *coder)))
        else:
            # ADTS cannot say what is priming, so that it has some more frames.
            found = decoded(path, wave)
            checks.check("ffmpeg", f"coded/{name}", True, wave.samples in found)
checks.finish()
