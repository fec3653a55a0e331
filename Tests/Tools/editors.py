#!/usr/bin/env python3
"""Audacity and Sonic Visualiser, in an X server without a screen: Audacity says how many channels each file has and how long it is; Sonic
Visualiser opens one. A picture of each goes to the folder that ZARRWLR_PICTURES names, if it does."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from mounted import Checks, Wave, mounted

MODULE = Path("/usr/lib/audacity/modules/mod-script-pipe.so")
PIPES = [Path(f"/tmp/audacity_script_pipe.{way}.{os.getuid()}") for way in ("to", "from")]


@contextlib.contextmanager
def display(work):
    """An X server, and a home folder below `work`."""
    number = 90 + os.getpid() % 900
    server = subprocess.Popen(["Xvfb", f":{number}", "-screen", "0", "1280x900x24"], stderr=subprocess.DEVNULL)
    home = work / "home"
    home.mkdir()
    environment = os.environ | {"DISPLAY": f":{number}", "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "xcb"}
    environment.pop("XDG_CACHE_HOME", None)
    wait(lambda: Path(f"/tmp/.X11-unix/X{number}").exists(), "the X server")
    try:
        yield environment
    finally:
        server.terminate()
        server.wait()


def wait(condition, what, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} is not there after {seconds} s")
        time.sleep(0.2)


def titles(environment):
    """The titles of all windows."""
    return subprocess.run(["xwininfo", "-root", "-tree"], env=environment, capture_output=True, text=True).stdout


def picture(environment, name):
    if folder := os.environ.get("ZARRWLR_PICTURES"):
        subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], env=environment, check=True)


class Audacity:
    """Audacity, by its pipes for scripts."""

    def __init__(self, environment):
        settings = Path(environment["HOME"]) / ".config/audacity/audacity.cfg"
        settings.parent.mkdir(parents=True)
        changed = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(MODULE.stat().st_mtime))
        settings.write_text(
            "PrefsVersion=1.1.1r1\nNewPrefsInitialized=1\n[GUI]\nShowSplashScreen=0\n[Update]\nUpdateNoticeShown=1\n"
            "[Version]\nMajor=3\nMinor=2\nMicro=4\n"
            f"[Module]\nmod-script-pipe=1\n[ModulePath]\nmod-script-pipe={MODULE}\n"
            f"[ModuleDateTime]\nmod-script-pipe={changed}\n")
        for pipe in PIPES:
            pipe.unlink(missing_ok=True)
        self.process = subprocess.Popen(["audacity"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(lambda: all(pipe.exists() for pipe in PIPES), "Audacity")
        # The pipes are there before the window, and what is asked until then is never answered.
        wait(lambda: "Audacity" in titles(environment), "Audacity's window")
        time.sleep(5)
        self.to, self.answers = open(PIPES[0], "w"), open(PIPES[1])

    def ask(self, command):
        """What it answers to `command`, without the line that says that it was done."""
        self.to.write(command + "\n")
        self.to.flush()
        answer = ""
        while not (line := self.answers.readline()).startswith("BatchCommand finished: "):
            if not line:
                raise RuntimeError(f"Audacity has ended at {command}")
            answer += line
        if "OK" not in line:
            raise RuntimeError(f"Audacity: {command}: {answer}")
        return answer

    def end(self):
        self.process.kill()
        self.process.wait()
        for pipe in PIPES:
            pipe.unlink(missing_ok=True)


def try_audacity(checks, mount, environment):
    audacity = Audacity(environment)
    try:
        for number, (name, path) in enumerate(mount.waves().items()):
            wave = Wave(path)
            audacity.ask(f"SetProject: Rate={wave.rate}")
            audacity.ask(f'Import2: Filename="{path}"')
            tracks = json.loads(audacity.ask("GetInfo: Type=Tracks Format=JSON"))
            checks.check("Audacity", name, {"channels": wave.channels, "seconds": round(wave.frames / wave.rate, 3)},
                         {"channels": tracks[0]["channels"], "seconds": round(tracks[0]["end"], 3)})
            if number == 0:
                picture(environment, "audacity")
            audacity.ask("SelectAll:")
            audacity.ask("RemoveTracks:")
    finally:
        audacity.end()


def try_sonic_visualiser(checks, mount, environment):
    """Its window has the name of the file that it has opened."""
    name, path = next(iter(mount.waves().items()))
    process = subprocess.Popen(["sonic-visualiser", "--no-splash", "--no-osc", str(path)], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(lambda: "Sonic Visualiser" in titles(environment), "Sonic Visualiser")
        with contextlib.suppress(RuntimeError):
            wait(lambda: path.stem in titles(environment), "the file's name in the title", 30)
        picture(environment, "sonic-visualiser")
        checks.check("Sonic Visualiser", name, True, path.stem in titles(environment))
    finally:
        process.kill()
        process.wait()


checks = Checks()
with mounted() as mount, tempfile.TemporaryDirectory() as work:
    with display(Path(work)) as environment:
        try_audacity(checks, mount, environment)
        try_sonic_visualiser(checks, mount, environment)
checks.finish()
