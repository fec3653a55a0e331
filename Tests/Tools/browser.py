#!/usr/bin/env python3
"""Chromium: .zarrwlr/index.html of the mount lists all recordings, finds and sorts them, plays one, and shows its picture."""

import json
import urllib.parse

from mounted import REPOSITORY, Checks, mounted, run

checks = Checks()
with mounted() as mount:
    page = mount.folder / ".zarrwlr/index.html"
    found = json.loads(run("python3", REPOSITORY / "Tests/Fixtures/scripts/browse_index.py", page, "bat"))
    names = mount.plain()
    checks.check("Chromium", "recordings", names, sorted(found["names"]))
    checks.check("Chromium", "links", [f"../{urllib.parse.quote(name)}" for name in names], sorted(found["links"]))
    checks.check("Chromium", "search", [name for name in names if "bat" in name], found["found by a word"])
    checks.check("Chromium", "days", 5, len(found["days"]))
    checks.check("Chromium", "player", [True, "coded/flac/bat_20250501_213000.flac"], [found["played"], found["sound"]])
    checks.check("Chromium", "spectrogram", [1280, 720], found["picture"])
    checks.check("Chromium", "complaints", [], found["complaints"])
    checks.check("Chromium", "broken names", [], found["broken names"])
    checks.check("Chromium", "pages, though there is one", False, found["offers pages"])
    checks.check("Chromium", "wider than a tablet, than a phone", [False, False],
                 [found["wider than the tablet"], found["wider than the phone"]])
checks.finish()
