#!/usr/bin/env python3
"""Measures the programs side by side with comparable tools, and writes docs/performance.md.

    Benchmarks/bench.py DIRECTORY-OF-THE-PROGRAMS [SECTION …]

All files are made in a temporary folder in $TMPDIR (about 8 GB) and removed at the end; if $BENCH_FOLDER is set, the sounds are
kept there. BENCH_QUICK=1 uses a twelfth of the lengths, for a first look; BENCH_ROUNDS sets how often everything is measured (5).
Only a full run writes docs/performance.md.
"""

import os
import sys
import tempfile
from functools import cached_property
from pathlib import Path

import ffmpegfs
import importing
import listing
import reading
import remote
from measuring import machine
from sounds import Sounds


class Bench:
    """The settings of a run: the programs, the sounds, and the lengths."""

    def __init__(self, programs, folder):
        self.zarrwlr, self.mount, self.helper = (
            programs / name for name in ("zarrwlr", "zarrwlr-mount", "zarrwlr-bench"))
        self.folder = folder
        self.is_quick = os.environ.get("BENCH_QUICK") == "1"
        self.rounds = int(os.environ.get("BENCH_ROUNDS", 3 if self.is_quick else 5))
        sounds = Path(os.environ.get("BENCH_FOLDER", folder)) / "sounds"
        sounds.mkdir(parents=True, exist_ok=True)
        self.sounds = Sounds(sounds)

    def length(self, full):
        """`full`, or a twelfth of it in a quick run."""
        return full // 12 if self.is_quick else full

    @cached_property
    def hour_store(self):
        """A store of one-hour recordings."""
        store = self.folder / "hour.zarr"
        reading.make_hour_store(self, store)
        return store


SECTIONS = {
    "import": ("Importing", [importing.rates, importing.small_files]),
    "index": ("Indexes", [importing.indexing, importing.overhead]),
    "random": ("Reading anywhere", [reading.cold_small, reading.cold_second, reading.cold_disk, ffmpegfs.first_read]),
    "whole": ("Reading everything", [reading.whole_file]),
    "many": ("Many readers", [reading.many_readers]),
    "listing": ("Very many recordings", [listing.listing, listing.one_group, listing.synthetic, listing.opening]),
    "remote": ("On another machine", [
        remote.cold_second, remote.whole_file, remote.going_through, remote.ready, remote.listing, remote.importing, remote.memory]),
    "day": ("A day long", [reading.day_long]),
}

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- results: written by make bench -->", "<!-- end of results -->"


HEADING = ["| what | measured | target | met |", "|---|---|---|---|"]


def line(row):
    """The row as a line of a Markdown table."""
    return f"| {row.what} | {row.measured} | {row.target} | {row.verdict} |"


def write(lines):
    """Replaces the text between the marks in the document by `lines`."""
    head, _, rest = DOCUMENT.read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCUMENT.write_text("\n".join([head + BEGIN, "", *lines, "", END + tail]))


def main(programs, *sections):
    with tempfile.TemporaryDirectory(prefix="zarrwlr-bench-", ignore_cleanup_errors=True) as folder:
        # Mounts keep catalogues here, unless a measurement names another place.
        os.environ["XDG_CACHE_HOME"] = folder
        bench = Bench(Path(programs).resolve(), Path(folder))
        lines = [*machine(), f"- medians of {bench.rounds} rounds" + (", a quick run" if bench.is_quick else "")]
        print(*lines, sep="\n", flush=True)
        for section in sections or SECTIONS:
            title, measures = SECTIONS[section]
            part = ["", f"### {title}", "", *HEADING]
            print(*part, sep="\n", flush=True)
            for measure in measures:
                rows = [line(row) for row in measure(bench)]
                print(*rows, sep="\n", flush=True)
                part += rows
            lines += part
        if not sections and not bench.is_quick:
            write(lines)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(SECTIONS):
        sys.exit(f"usage: bench.py DIRECTORY-OF-THE-PROGRAMS [{' | '.join(SECTIONS)} …]")
    main(*sys.argv[1:])
