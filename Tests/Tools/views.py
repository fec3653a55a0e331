#!/usr/bin/env python3
"""Compares the files of every view with the sources, and with each other: what the other programs in this folder start from."""

from mounted import Checks, Wave, digest, mounted

checks = Checks()
with mounted() as mount:
    for name, source in mount.sources.items():
        if name.startswith("flac/"):
            checks.check("bytes", name, digest(source.read_bytes()), digest((mount.folder / name).read_bytes()))
        else:
            checks.check("length", name, Wave(source).frames, Wave(mount.folder / name).frames)
    for name, path in mount.waves().items():
        wave = Wave(path)
        checks.check("size", name, path.stat().st_size, len(path.read_bytes()))
        plain = next((mount.folder / source for source in mount.sources if name == f"x10/{source}"), None)
        if plain is not None:
            whole = Wave(plain)
            checks.check("samples", name, {"sha256": whole.sha256, "rate": whole.rate // 10}, {"sha256": wave.sha256, "rate": wave.rate})
        if "@" in name:
            whole = Wave(mount.folder / name.split("@")[0])
            checks.check("samples", name, digest(whole.part(whole.rate // 2, whole.rate)), wave.sha256)
    for source in mount.sources:
        parts = sorted((mount.folder / "parts" / source).parent.glob(f"{source.split('/')[1].rsplit('.', 1)[0]}/*"))
        if parts:
            together = b"".join(Wave(part).samples for part in parts)
            checks.check("samples", f"parts of {source}", Wave(mount.folder / source).sha256, digest(together))
checks.finish()
