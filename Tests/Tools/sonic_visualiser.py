#!/usr/bin/env python3
"""Sonic Visualiser, driven by a script of OSC commands: the samples of each file that it opens, as it exports them."""

import subprocess
import tempfile
from pathlib import Path

import numpy
from desktop import screen
from floats import floats
from mounted import Checks, Wave, mounted

checks = Checks()
with mounted() as mount, screen() as (environment, home), tempfile.TemporaryDirectory() as work:
    copies = {name: Path(work) / f"{number}.wav" for number, name in enumerate(mount.waves())}
    # It may use no network, and does not ask.
    version = subprocess.run(["sonic-visualiser", "--version"], env=environment, capture_output=True, text=True).stderr.split()[0]
    settings = home / ".config/sonic-visualiser/Sonic Visualiser.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[Preferences]\nnetwork-permission-{version}=false\n")
    # Opening takes its time, and what is exported before that is empty.
    for seconds in (0.3, 3, 15):
        missing = [name for name, copy in copies.items() if not copy.exists() or Wave(copy).frames == 0]
        script = Path(work) / "script"
        script.write_text("".join(f'/open "{mount.folder / name}"\n{seconds}\n/export "{copies[name]}"\n' for name in missing) + "/quit\n")
        for name in missing:
            copies[name].unlink(missing_ok=True)
        if missing:
            subprocess.run(["sonic-visualiser", "--no-audio", "--osc-script", str(script)], env=environment, timeout=900,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name, path in mount.waves().items():
        wave, copy = Wave(path), copies[name]
        if not copy.exists():
            checks.check("Sonic Visualiser", name, "opened", "not opened")
            continue
        found = Wave(copy)
        is_same = numpy.array_equal(floats(wave.samples, wave), floats(found.samples, found))
        checks.check("Sonic Visualiser", name, {"rate": wave.rate, "frames": wave.frames, "same": True},
                     {"rate": found.rate, "frames": found.frames, "same": bool(is_same)})
checks.finish()
