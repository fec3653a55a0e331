#!/usr/bin/env python3
"""Audacity, driven by its module for scripts: what it says of each file that it imports, and the samples that it exports."""

import datetime
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from desktop import screen
from mounted import Checks, Wave, digest, mounted

MODULE = Path("/usr/lib/audacity/modules/mod-script-pipe.so")
PIPES = [Path(f"/tmp/audacity_script_pipe.{direction}.{os.getuid()}") for direction in ("to", "from")]

# It asks nothing, checks for no updates, and exports what it has without dither.
SETTINGS = """NewPrefsInitialized=1
PrefsVersion=1.1.1r1
[Version]
Major=3
Minor=2
Micro=4
[GUI]
ShowSplashScreen=0
[Update]
DefaultUpdatesChecking=0
UpdateNoticeShown=1
[Directories]
TempDir={home}
[Quality]
DitherAlgorithmChoice=None
HQDitherAlgorithmChoice=None
[Module]
mod-script-pipe=1
[ModulePath]
mod-script-pipe={module}
[ModuleDateTime]
mod-script-pipe={written}
"""


class Audacity:
    """A running Audacity. It is asked by one named pipe, and answers by another."""

    def __init__(self, environment, home):
        for folder in (home / ".config/audacity", home / ".local/share/audacity"):
            folder.mkdir(parents=True)
        written = datetime.datetime.fromtimestamp(int(MODULE.stat().st_mtime)).isoformat()
        settings = SETTINGS.format(home=home, module=MODULE, written=written)
        # What it is asked before it is ready is lost, with all that follows.
        for seconds in (5, 15, 45):
            (home / ".config/audacity/audacity.cfg").write_text(settings)
            self.start(environment)
            time.sleep(seconds)
            if self.ask("GetInfo: Type=Tracks", seconds=10) is not None:
                return
            self.end()
        sys.exit("Audacity does not answer")

    def start(self, environment):
        """Starts it, and opens its pipes, as reader and writer, since one end alone would wait for the other."""
        for pipe in PIPES:
            pipe.unlink(missing_ok=True)
        self.process = subprocess.Popen(["audacity"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            if all(pipe.exists() for pipe in PIPES):
                self.commands, self.answers = (pipe.open("r+b", buffering=0) for pipe in PIPES)
                return
            time.sleep(0.1)
        self.end()
        sys.exit("Audacity does not start")

    def ask(self, command, seconds=120):
        """The answer to a command, without its last line, which must say that all went well; None if there is none within `seconds`."""
        self.commands.write(command.encode() + b"\n")
        answer = b""
        while not (end := re.search(rb"^BatchCommand finished: (.*)\n\n", answer, re.MULTILINE)):
            if not select.select([self.answers], [], [], seconds)[0]:
                return None
            answer += self.answers.read(4096)
        if end[1] != b"OK":
            raise RuntimeError(f"Audacity: {command}: {answer.decode()}")
        return answer[: end.start()].decode()

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in PIPES:
            pipe.unlink(missing_ok=True)


checks = Checks()
with mounted() as mount, screen() as (environment, home), tempfile.TemporaryDirectory() as work:
    audacity = Audacity(environment, home)
    try:
        for name, path in mount.waves().items():
            wave = Wave(path)
            audacity.ask(f'Import2: Filename="{path}"')
            tracks = json.loads(audacity.ask("GetInfo: Type=Tracks Format=JSON"))
            clips = json.loads(audacity.ask("GetInfo: Type=Clips Format=JSON"))
            channels = sum(track["channels"] for track in tracks if track["kind"] == "wave")
            checks.check("Audacity", name, {"channels": wave.channels, "ms": [(0, round(1000 * wave.frames / wave.rate))]}, {
                "channels": channels, "ms": sorted({(round(1000 * clip["start"]), round(1000 * clip["end"])) for clip in clips})})
            audacity.ask("SelectAll:")
            copy = Path(work) / "copy.wav"
            copy.unlink(missing_ok=True)
            if wave.bits == 16:
                audacity.ask(f'Export2: Filename="{copy}" NumChannels={wave.channels}')
                found = Wave(copy)
                checks.check("Audacity, export", name, [wave.rate, wave.sha256], [found.rate, found.sha256])
            audacity.ask("RemoveTracks:")
    finally:
        audacity.end()
checks.finish()
