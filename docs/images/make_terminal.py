#!/usr/bin/env python3
"""Writes docs/images/terminal.svg: what a terminal shows if a store of generated sound is mounted and read, as the programs print it.

    docs/images/make_terminal.py [FOLDER-OF-THE-PROGRAMS]"""

import html
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CARD = [
    ("pond/20250501_040000.wav", 48000, 600, "sine 800:6000"), ("pond/20250501_050000.wav", 48000, 600, "pinknoise"),
    ("bats/20250501_213000.wav", 250000, 30, "sine 20000:90000"),
]
COMMANDS = [
    "zarrwlr import --keep-tree recordings.zarr card | cut -c1-96",
    "du -sh --apparent-size card recordings.zarr",
    "zarrwlr-mount recordings.zarr audio",
    "ls -gGR --time-style=long-iso audio/bats audio/pond",
    "soxi audio/pond/20250501_040000.wav | tail -n +3 | head -7",
    "sox audio/pond/20250501_040000.wav dawn.wav trim 5:00 10 && soxi -D dawn.wav",
]


def output(command, environment):
    result = subprocess.run(["bash", "-c", command], env=environment, cwd=environment["HOME"], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{command}: {result.stderr}")
    return result.stdout.expandtabs().rstrip("\n").splitlines()


def lines(programs):
    """The lines of the terminal, and whether each is a command."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"HOME": home, "PATH": f"{programs}:{os.environ['PATH']}", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        environment["XDG_CACHE_HOME"] = f"{home}/cache"
        for path, rate, seconds, wave in CARD:
            file = Path(home) / "card" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            output(f"sox -R -n -r {rate} -b 16 {file} synth {seconds} {wave} gain -6", environment)
        Path(home, "audio").mkdir()
        try:
            for command in COMMANDS:
                yield f"$ {command.split(' | ')[0]}", True
                yield from ((line, False) for line in output(command, environment))
        finally:
            subprocess.run(["fusermount3", "-u", f"{home}/audio"], check=False)


def picture(rows):
    width, height, left = 840, 17, 16
    texts = [
        f'<text x="{left}" y="{44 + index * height}" class="{"command" if is_command else "output"}">{html.escape(line)}</text>'
        for index, (line, is_command) in enumerate(rows)
    ]
    full = 44 + len(rows) * height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {full}" width="{width}" height="{full}" role="img" '
        'aria-label="A store is mounted, and read by other programs">\n'
        "<style>text { font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre } "
        ".output { fill: #c9d1d9 } .command { fill: #7ee787 }</style>\n"
        f'<rect width="{width}" height="{full}" rx="8" fill="#0d1117"/>\n'
        '<circle cx="20" cy="16" r="5" fill="#ff5f57"/><circle cx="38" cy="16" r="5" fill="#febc2e"/>'
        '<circle cx="56" cy="16" r="5" fill="#28c840"/>\n' + "\n".join(texts) + "\n</svg>\n")


programs = Path(sys.argv[1] if len(sys.argv) > 1 else FOLDER.parents[1] / ".build/release").resolve()
(FOLDER / "terminal.svg").write_text(picture(list(lines(programs))), encoding="utf-8")
