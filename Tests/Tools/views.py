#!/usr/bin/env python3
"""Compares the files of every view with the sources, and with each other: what the other programs in this folder start from. Then sha256sum
proves the files, and pngcheck the pictures."""

import subprocess
import tempfile
from pathlib import Path

from mounted import VIEWS, Checks, Wave, digest, mounted, run

# The views of each plain WAV file that have the same bytes or samples.
checks = Checks()
with mounted() as mount, tempfile.TemporaryDirectory() as work:
    checks.check("names", "top", sorted({"aac", "flac", "opus"} | VIEWS), sorted(path.name for path in mount.folder.iterdir()))
    checks.check("names", "plain tree", sorted(mount.sources), mount.plain())
    for name, source in mount.sources.items():
        plain = mount.folder / name
        if source.suffix == ".wav" and name.startswith("flac/"):
            checks.check("bytes", name, digest(source.read_bytes()), digest(plain.read_bytes()))
        elif source.suffix == ".wav":
            checks.check("length", name, Wave(source).frames, Wave(plain).frames)
        else:
            checks.check("bytes", name, digest(source.read_bytes()), digest((mount.folder / "coded" / Path(name).parent / source.name).read_bytes()))
    by_date = {path.name: path for path in (mount.folder / "by-date").rglob("*.wav")}
    for name in mount.plain():
        plain, stem = mount.folder / name, name.removesuffix(".wav")
        whole = Wave(plain)
        slow = Wave(mount.folder / "x10" / name)
        checks.check("samples", f"x10/{name}", {"sha256": whole.sha256, "rate": max(1, (whole.rate + 5) // 10)},
                     {"sha256": slow.sha256, "rate": slow.rate})
        parts = sorted((mount.folder / "parts" / stem).iterdir())
        together = b"".join(Wave(part).samples for part in parts)
        checks.check("samples", f"parts of {name}", {"sha256": whole.sha256, "fit": True},
                     {"sha256": digest(together), "fit": all(part.stat().st_size <= 256 << 10 for part in parts)})
        for folder in ("", "x10/"):
            # Times are those of the recording, also where it is slower.
            clip = f"{folder}{name}@0.5+1s.wav"
            expected = digest(whole.part((whole.rate + 1) // 2, whole.rate))
            checks.check("samples", clip, expected, Wave(mount.folder / clip).sha256)
        day = "{0}/{0}-{1}-{2}".format(*(lambda text: (text[:4], text[4:6], text[6:]))(Path(name).name.split("_")[1]))
        same = [path for path in sorted((mount.folder / "by-date" / day).iterdir()) if path.read_bytes() == plain.read_bytes()]
        checks.check("bytes", f"by-date/{day} of {name}", True, bool(same))
        picture = mount.folder / "spectrograms" / f"{stem}.png"
        drawn = Path(work) / "drawn.png"
        drawn.unlink(missing_ok=True)
        run(mount.programs / "zarrwlr", "spectrogram", mount.store, name, "-o", drawn)
        checks.check("zarrwlr spectrogram", f"spectrograms/{stem}.png", digest(drawn.read_bytes().rstrip(b"\0")),
                     digest(picture.read_bytes().rstrip(b"\0")))
    for name in mount.files():
        path = mount.folder / name
        if not name.startswith(".zarrwlr/"):
            checks.check("size", name, path.stat().st_size, len(path.read_bytes()))
        if name.endswith("SHA256SUMS"):
            result = run("sha256sum", "-c", "--strict", path.name, cwd=path.parent).splitlines()
            checks.check("sha256sum -c", name, [], [line for line in result if not line.endswith(": OK")])
        if name.endswith(".png"):
            checks.check("pngcheck", name, 0, subprocess.run(["pngcheck", "-q", str(path)]).returncode)
checks.finish()
