#!/usr/bin/env python3
"""ffprobe and ffmpeg: format, length, samples, seeks, and tags; of coded streams, that they are what their names say."""

import json

from mounted import Checks, Wave, digest, mounted, run

CODECS = {".flac": "flac", ".aac": "aac", ".opus": "opus", ".ogg": "vorbis", ".mp3": "mp3"}


def raw(wave):
    """The format of raw samples that are those of `wave`."""
    return f"f{wave.bits}le" if wave.is_float else f"s{wave.bits}le" if wave.bits > 8 else "u8"


checks = Checks()
with mounted() as mount:
    for name, path in mount.waves().items():
        wave = Wave(path)
        entries = "stream=sample_rate,channels,codec_name,duration_ts"
        stream = json.loads(run("ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", path))["streams"][0]
        expected = {"codec": f"pcm_{raw(wave)}", "rate": wave.rate, "channels": wave.channels, "frames": wave.frames}
        found = {
            "codec": stream["codec_name"], "rate": int(stream["sample_rate"]), "channels": stream["channels"],
            "frames": stream["duration_ts"],
        }
        checks.check("ffprobe", name, expected, found)
        decode = ["-f", raw(wave), "-c:a", f"pcm_{raw(wave)}", "-"]
        samples = run("ffmpeg", "-v", "error", "-i", path, *decode, text=False)
        checks.check("ffmpeg", name, {"sha256": wave.sha256}, {"sha256": digest(samples)})
        if wave.frames > wave.rate // 2:
            part = run("ffmpeg", "-v", "error", "-ss", "0.25", "-i", path, "-t", "0.25", *decode, text=False)
            expected = wave.part(wave.rate // 4, wave.rate // 4)
            checks.check("ffmpeg -ss", name, {"sha256": digest(expected)}, {"sha256": digest(part)})
    for path in mount.coded():
        if path.suffix not in CODECS:
            continue
        stream = json.loads(run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "json", path))["streams"][0]
        checks.check("ffprobe", path.relative_to(mount.folder), CODECS[path.suffix], stream["codec_name"])
checks.finish()
