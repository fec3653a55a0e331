"""Stores of very many recordings: mounting, listing, opening."""

import json
import os
import shutil
import time
from pathlib import Path

from measuring import Row, median, ratio, run, seconds, side_by_side
from mounts import Mount

HARD_LINKS = 1000  # the most recordings that share the file of a chunk


def make_many(bench, store, count):
    """Makes a store of `count` recordings of a second: one is imported, and the others are copies of it with their own names."""
    run(bench.zarrwlr, "import", store, *bench.sounds.excerpts(1, 1))
    model = store / "0"
    document = json.loads((model / "zarr.json").read_text())
    folders = [path.relative_to(model) for path in sorted(model.rglob("*")) if path.is_dir()]
    files = [path.relative_to(model) for path in sorted(model.rglob("*")) if path.is_file()]
    files.remove(Path("zarr.json"))
    documents = {path: (model / path).read_bytes() for path in files if path.name == "zarr.json"}
    for number in range(1, count):
        folder = store / str(number)
        folder.mkdir()
        for path in folders:
            (folder / path).mkdir()
        document["attributes"]["base_features"]["filename"] = f"REC_{number:06}.wav"
        (folder / "zarr.json").write_text(json.dumps(document))
        for path in files:
            if path in documents:
                (folder / path).write_bytes(documents[path])
            elif number % HARD_LINKS == 0:
                shutil.copyfile(model / path, folder / path)
            else:
                os.link(store / str(number - number % HARD_LINKS) / path, folder / path)


def _list(path):
    """Seconds taken by `ls -l`."""
    return run("ls", "-l", path).wall


def listing(bench):
    """Mounting and listing a hundred thousand recordings, with nothing known of them, and with everything known."""
    count = bench.length(100_000)
    store = bench.folder / "very-many.zarr"
    make_many(bench, store, count)
    ready, first, again, bare, memory = [], [], [], [], []
    for _ in range(min(bench.rounds, 3)):
        catalogue = bench.folder / "catalogue.sqlite"
        catalogue.unlink(missing_ok=True)
        keep = f"catalogue={catalogue}"
        for kept, options in [(first, [keep]), (again, [keep]), (bare, [keep, "noxattr"])]:
            start = time.perf_counter()
            with Mount(bench.mount, store, *options) as mount:
                ready.append(time.perf_counter() - start)
                kept.append(_list(mount.path))
                # Once this has been read, everything is known and kept.
                (mount.path / ".zarrwlr" / "recordings.csv").read_bytes()
                memory.append(mount.peak_memory)
    shutil.rmtree(store)
    name = f"{count} recordings"
    return [
        _time_row(f"{name}: mount ready", median(ready), 0.5),
        _time_row(f"{name}: first `ls -l`", median(first), 15),
        _time_row(f"{name}: `ls -l` on the next mount", median(again), 2),
        _time_row(f"{name}: `ls -l` on the next mount with `-o noxattr`", median(bare), 2),
        Row(f"{name}: memory", f"{max(memory):.0f} MiB", "at most 250 MiB", max(memory) <= 250),
    ]


def _time_row(what, value, limit):
    return Row(what, seconds(value), f"at most {limit} s", value <= limit)


def opening(bench):
    """Open, read the first 4 KiB, stat and close: known recordings, compared with WAV files on the disk."""
    count = bench.length(10_000)
    store, folder = bench.folder / "opened.zarr", bench.folder / "opened"
    make_many(bench, store, count)
    folder.mkdir()
    keep = f"catalogue={bench.folder / 'opened.sqlite'}"
    with Mount(bench.mount, store, keep) as mount:
        for path in sorted(mount.path.glob("*.wav")):
            shutil.copyfile(path, folder / path.name)

    def plain():
        return _open_all(folder)

    def mounted():
        with Mount(bench.mount, store, keep) as mount:
            names = list(mount.path.iterdir())
            return _open_all(mount.path), _open_all(mount.path), len(names)

    on_disk, through = side_by_side(bench.rounds, plain, mounted)
    rows = []
    for index, name in enumerate(["the first time after mounting", "again"]):
        taken = [result[index] for result in through]
        times = ratio(taken, on_disk)
        rows.append(Row(
            f"{count} × open, 4 KiB of header, stat, close, {name}, against WAV files on the disk",
            f"{seconds(median(taken) / count)} against {seconds(median(on_disk) / count)} each: {times:.1f} ×",
            "at most 3 ×", times <= 3))
    shutil.rmtree(store)
    shutil.rmtree(folder)
    return rows


def _open_all(folder):
    """Seconds taken by opening every WAV file in `folder`."""
    paths = sorted(str(path) for path in folder.iterdir() if path.suffix == ".wav")
    start = time.perf_counter()
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.pread(descriptor, 4096, 0)
        os.fstat(descriptor)
        os.close(descriptor)
    return time.perf_counter() - start
