"""Stores of very many recordings: mounting, listing, opening."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from measuring import Row, median, ratio, run, seconds, side_by_side
from mounts import Mount

HARD_LINKS = 1000  # the most recordings that share the file of a chunk


class Model:
    """A recording of a second, imported into a new store as `0`, to be copied."""

    def __init__(self, bench, store):
        run(bench.zarrwlr, "import", store, *bench.sounds.excerpts(1, 1))
        self.store = store
        self._path = store / "0"
        self._document = json.loads((self._path / "zarr.json").read_text())
        # The copies have other names: with a checksum, each would be taken for a damaged document, and be described in the log.
        del self._document["attributes"]["zarrwlr_crc32c"]
        self._folders = [path.relative_to(self._path) for path in sorted(self._path.rglob("*")) if path.is_dir()]
        files = [path.relative_to(self._path) for path in sorted(self._path.rglob("*")) if path.is_file()]
        self._documents = {
            path: (self._path / path).read_bytes() for path in files
            if path.name == "zarr.json" and path != Path("zarr.json")}
        self._chunks = [path for path in files if path.name != "zarr.json"]
        self._links = 0

    def copy(self, folder, name):
        """Makes the folder a recording whose source was called `name`."""
        if self._links == HARD_LINKS:
            self._links = 0
        for path in [Path(), *self._folders]:
            (folder / path).mkdir()
        self._document["attributes"]["base_features"]["filename"] = name
        (folder / "zarr.json").write_text(json.dumps(self._document))
        for path, text in self._documents.items():
            (folder / path).write_bytes(text)
        for path in self._chunks:
            if self._links == 0:
                shutil.copyfile(self._path / path, folder / path)
            else:
                os.link(self._linked / path, folder / path)
        if self._links == 0:
            self._linked = folder
        self._links += 1

    def copy_many(self, group, numbers):
        """Makes recordings of these numbers in the folder of a group, which is made if need be."""
        if not group.exists():
            group.mkdir()
            shutil.copyfile(self.store / "zarr.json", group / "zarr.json")
        for number in numbers:
            self.copy(group / str(number), f"REC_{number:06}.wav")


def make_many(bench, store, count):
    """Makes a store of `count` recordings of a second, which are the same but for their names."""
    Model(bench, store).copy_many(store, range(1, count))


def _list(path):
    """Seconds taken by `ls -l`."""
    return run("ls", "-l", path).wall


def _learn(mount):
    """Waits until all recordings are known and kept, and what learning them needed has been given back."""
    (mount.path / ".zarrwlr" / "recordings.csv").read_bytes()
    time.sleep(1)


def listing(bench):
    """Mounting and listing a hundred thousand recordings, with nothing known of them, and with everything known."""
    count = bench.length(100_000)
    store = bench.folder / "very-many.zarr"
    make_many(bench, store, count)
    empty = bench.folder / "empty.zarr"
    empty.mkdir()
    shutil.copyfile(store / "zarr.json", empty / "zarr.json")
    with Mount(bench.mount, empty, "catalogue=off") as mount:
        _list(mount.path)
        _learn(mount)
        of_empty, peak_of_empty = mount.memory, mount.peak_memory
    ready, first, again, bare, memory, peak = [], [], [], [], [], []
    for _ in range(min(bench.rounds, 3)):
        catalogue = bench.folder / "catalogue.sqlite"
        catalogue.unlink(missing_ok=True)
        keep = f"catalogue={catalogue}"
        for kept, options in [(first, [keep]), (again, [keep]), (bare, [keep, "noxattr"])]:
            start = time.perf_counter()
            with Mount(bench.mount, store, *options) as mount:
                ready.append(time.perf_counter() - start)
                kept.append(_list(mount.path))
                _learn(mount)
                memory.append(mount.memory - of_empty)
                peak.append(mount.peak_memory - peak_of_empty)
    run(bench.zarrwlr, "catalogue", "--catalogue", "off", store)
    own = []
    for _ in range(min(bench.rounds, 3)):
        with Mount(bench.mount, store, "catalogue=off") as mount:
            own.append(_list(mount.path))
            _learn(mount)
            memory.append(mount.memory - of_empty)
            peak.append(mount.peak_memory - peak_of_empty)
    shutil.rmtree(store)
    shutil.rmtree(empty)
    name = f"{count} recordings"
    return [
        _time_row(f"{name}: mount ready", median(ready), 0.5),
        _time_row(f"{name}: first `ls -l`", median(first), 6),
        _time_row(f"{name}: first `ls -l`, with a catalogue in the store", median(own), 6),
        _time_row(f"{name}: `ls -l` on the next mount", median(again), 2.1),
        _time_row(f"{name}: `ls -l` on the next mount with `-o noxattr`", median(bare), 2),
        _memory_row(f"{name}: memory of all processes of a mount, beyond an empty store's", max(memory), 60),
        Row(f"{name}: peak memory of the mount, beyond an empty store's", f"{max(peak):.0f} MiB"),
    ]


def synthetic(bench):
    """Learning a million recordings of a store that is made up in memory."""
    groups = bench.length(1000)
    stream = bench.sounds.coded("flac", 1)
    printed = subprocess.run(
        [str(bench.helper), "learn", str(stream), str(groups), "1000"], check=True, capture_output=True, text=True)
    memory = float(printed.stdout.split()[1])
    return [_memory_row(f"{groups * 1000} recordings of a store in memory: the most memory to learn them", memory, 500)]


def one_group(bench):
    """Listing a group of a thousand recordings in a store that was never seen, among many groups and alone."""
    count = 1000
    many, alone = bench.folder / "groups.zarr", bench.folder / "one-group.zarr"
    groups = bench.length(1000)
    for store, others in [(many, groups - 1), (alone, 0)]:
        model = Model(bench, store)
        for number in range(others):
            model.copy_many(store / f"site-{number}", range(10))
        model.copy_many(store / "pond", range(count))
        shutil.rmtree(store / "0")

    def listed(store):
        with Mount(bench.mount, store, "catalogue=off") as mount:
            return run("ls", mount.path / "pond").wall

    among, by_itself = side_by_side(bench.rounds, lambda: listed(many), lambda: listed(alone))
    times = ratio(among, by_itself)
    for store in [many, alone]:
        shutil.rmtree(store)
    return [Row(
        f"`ls` of a group of {count} recordings among {groups} groups, against that group alone in a store",
        f"{seconds(median(among))} against {seconds(median(by_itself))}: {times:.1f} ×", "at most 3 ×", times <= 3)]


def _time_row(what, value, limit):
    return Row(what, seconds(value), f"at most {limit} s", value <= limit)


def _memory_row(what, value, limit):
    return Row(what, f"{value:.0f} MiB", f"at most {limit} MiB", value <= limit)


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
            *(("at most 250 µs each", median(taken) / count <= 250e-6) if index == 0 else ("at most 3 ×", times <= 3))))
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
