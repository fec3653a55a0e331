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
    waves = list(mount.waves().items())
    copies = [Path(work) / f"{number}.wav" for number in range(len(waves))]
    script = Path(work) / "script"
    script.write_text("".join(f'/open "{path}"\n0.3\n/export "{copy}"\n' for (_, path), copy in zip(waves, copies)) + "/quit\n")
    # It may use no network, and does not ask.
    version = subprocess.run(["sonic-visualiser", "--version"], env=environment, capture_output=True, text=True).stderr.split()[0]
    settings = home / ".config/sonic-visualiser/Sonic Visualiser.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[Preferences]\nnetwork-permission-{version}=false\n")
    subprocess.run(["sonic-visualiser", "--no-audio", "--osc-script", str(script)], env=environment, timeout=600,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for (name, path), copy in zip(waves, copies):
        wave = Wave(path)
        if not copy.exists():
            checks.check("Sonic Visualiser", name, "opened", "not opened")
            continue
        found = Wave(copy)
        is_same = numpy.array_equal(floats(wave.samples, wave), floats(found.samples, found))
        checks.check("Sonic Visualiser", name, {"rate": wave.rate, "frames": wave.frames, "same": True},
                     {"rate": found.rate, "frames": found.frames, "same": bool(is_same)})
checks.finish()
