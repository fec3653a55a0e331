#!/usr/bin/env python3
"""Runs the commands of the guides in docs/guides, each guide in a home folder of its own with a card of generated sound.

    guides.py --programs FOLDER [--python PYTHON] [GUIDE...]

Blocks of type sh and python are run in their order; a python block comes after those before it. A block with "not run: REASON" behind its
type is counted. Exit status 0: all commands that were run have ended with 0."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
GUIDES = REPOSITORY / "docs/guides"

# The generated card: path, rate, seconds, effects of sox.
CARD = [
    ("pond/20250501_040000.WAV", 48000, 60, ["synth", "60", "sine", "800:6000", "gain", "-6"]),
    ("pond/20250501_050000.WAV", 48000, 20, ["synth", "20", "pinknoise", "gain", "-6"]),
    ("bats/20250501_213000.WAV", 250000, 5, ["synth", "5", "sine", "20000:90000", "gain", "-6"]),
]


class Block:
    """A block of a guide: its type, what is said of it, its text, and the line that it begins in."""

    def __init__(self, kind, about, text, line):
        self.kind, self.text, self.line = kind, text, line
        self.reason = about.removeprefix("not run:").strip() if about.startswith("not run:") else None
        if about and self.reason is None:
            raise ValueError(f"line {line}: '{about}' is not 'not run: REASON'")

    @staticmethod
    def all(text):
        blocks = []
        for match in re.finditer(r"^```(\w+)[ ]?(.*)\n((?:.*\n)*?)```$", text, re.MULTILINE):
            if match[1] in ("sh", "python"):
                line = text.count("\n", 0, match.start()) + 1
                blocks.append(Block(match[1], match[2], match[3], line))
        return blocks


class Runner:
    def __init__(self, programs, python):
        self.programs, self.python = programs, python
        self.path = f"{programs}:{os.environ['PATH']}"

    def run(self, guide):
        """Runs a guide; whether it did what it should."""
        home = Path(tempfile.mkdtemp(prefix="zarrwlr-guide-"))
        try:
            return self.run_in(home, guide)
        finally:
            # The last mounted first.
            mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
            for mount in reversed([mount for mount in mounts if mount.startswith(f"{home}/")]):
                subprocess.run(["umount", "-l", mount], check=False)
            shutil.rmtree(home)

    def run_in(self, home, guide):
        for path, rate, _, effects in CARD:
            file = home / "card" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["sox", "-R", "-n", "-r", str(rate), "-b", "16", str(file)] + effects, check=True, capture_output=True)
        environment = os.environ | {"HOME": str(home), "PATH": self.path, "TZ": "UTC"}
        environment.pop("XDG_CACHE_HOME", None)
        counts = {"run": 0, "not run": 0}
        is_right, earlier = True, ""
        for block in Block.all(guide.read_text(encoding="utf-8")):
            if block.reason is not None:
                counts["not run"] += 1
                continue
            if block.kind == "python":
                earlier += block.text
                command = [self.python, "-c", earlier]
            else:
                command = ["bash", "-euo", "pipefail", "-c", block.text]
            result = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            counts["run"] += 1
            if result.returncode != 0:
                is_right = False
                print(f"{guide.name}:{block.line}: failed with {result.returncode}:\n{block.text}{result.stdout}{result.stderr}")
        print(f"{guide.name}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        return is_right


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, default=REPOSITORY / ".build/release")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("guides", nargs="*")
    arguments = parser.parse_args()
    runner = Runner(arguments.programs.resolve(), os.path.abspath(shutil.which(arguments.python)))
    guides = [GUIDES / name for name in arguments.guides] or sorted(GUIDES.glob("[a-z]*.md"))
    results = [runner.run(guide) for guide in guides]
    sys.exit(0 if results and all(results) else 1)


main()
