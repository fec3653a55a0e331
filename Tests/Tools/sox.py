#!/usr/bin/env python3
"""soxi and sox: format, length, samples, and parts."""

from mounted import Checks, Wave, digest, mounted, run

checks = Checks()
with mounted() as mount:
    for name, path in mount.waves().items():
        wave = Wave(path)
        expected = {"rate": wave.rate, "channels": wave.channels, "frames": wave.frames, "bits": wave.bits}
        flags = {"rate": "-r", "channels": "-c", "frames": "-s", "bits": "-b"}
        checks.check("soxi", name, expected, {key: int(run("soxi", flag, path)) for key, flag in flags.items()})
        samples = run("sox", "-D", path, "-t", "raw", "-", text=False)
        checks.check("sox", name, {"sha256": wave.sha256}, {"sha256": digest(samples)})
        start, count = wave.frames // 3, wave.frames // 4
        part = run("sox", "-D", path, "-t", "raw", "-", "trim", f"{start}s", f"{count}s", text=False)
        checks.check("sox trim", name, {"sha256": digest(wave.part(start, count))}, {"sha256": digest(part)})
checks.finish()
