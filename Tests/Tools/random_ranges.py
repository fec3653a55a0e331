#!/usr/bin/env python3
"""Reads the same random ranges of all files below two folders, and compares them.

    random_ranges.py FOLDER OTHER COUNT READERS SEED

COUNT ranges are read by READERS processes at once, none of them from the kernel's cache. It prints how many were read, and describes those that
differ; its exit status is 1 if any does, or cannot be read."""

import os
import random
import sys
from pathlib import Path


def ranges(files, count, seed):
    """`count` places in files: mostly short, some of a second and more, and some at the ends."""
    chosen = random.Random(seed)
    for _ in range(count):
        name, size = chosen.choice(files)
        length = min(chosen.choice([1, 100, 4096, 10_000, 96_000, 300_000]), size)
        start = chosen.choice([0, size - length] + 8 * [chosen.randint(0, size - length)])
        yield name, start, length


def compare(folder, other, files, count, seed):
    """Reads and compares, and returns whether all are the same."""
    is_same = True
    opened = {name: [os.open(Path(base) / name, os.O_RDONLY) for base in (folder, other)] for name, _ in files}
    for name, start, length in ranges(files, count, seed):
        for descriptor in opened[name]:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        try:
            one, two = (os.pread(descriptor, length, start) for descriptor in opened[name])
        except OSError as error:
            one, two = str(error), None
        if one != two:
            is_same = False
            print(f"{name}: {length} bytes at {start}: {one if two is None else 'differ'}", flush=True)
    return is_same


def main():
    folder, other, count, readers, seed = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
    files = sorted(
        (str(path.relative_to(folder)), path.stat().st_size)
        for path in Path(folder).rglob("*.wav") if ".zarrwlr" not in path.parts)
    children = []
    for number in range(readers):
        child = os.fork()
        if child == 0:
            os._exit(0 if compare(folder, other, files, count // readers, seed + number) else 1)
        children.append(child)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    print(f"{count // readers * readers} ranges of {len(files)} files")
    sys.exit(1 if any(statuses) else 0)


main()
