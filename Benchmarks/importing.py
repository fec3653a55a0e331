"""The speed of imports, and the cost of indexes."""

import itertools
import shutil
import tempfile
from pathlib import Path

from measuring import Row, cpus, percentile, ratio, run, seconds, side_by_side, walls

# The options of the ffmpeg command line for the same work as an import.
ENCODERS = {
    "flac": ["-c:a", "flac", "-compression_level", "5"],
    "aac": ["-c:a", "aac", "-aac_pns", "0", "-b:a", "128k"],
    "opus": ["-c:a", "libopus", "-application", "lowdelay", "-b:a", "96k"],
}


def import_sources(bench, sources, store, *options):
    """Imports `sources` into a new store and returns the cost."""
    shutil.rmtree(store, ignore_errors=True)
    return run(bench.zarrwlr, "import", store, *options, *sources)


def rates(bench):
    """One file compared with the ffmpeg command line, and four files at once compared with one after another."""
    source = bench.sounds.wav(bench.length(600))
    store = bench.folder / "imported.zarr"
    rows = []
    for codec, words in ENCODERS.items():
        # Opus is decoded several times meanwhile, to prove where it can be decoded from.
        limit = 1.1 if codec == "opus" else 1.05
        coded = bench.folder / f"coded.{codec}"
        ours, theirs = side_by_side(
            bench.rounds,
            lambda: import_sources(bench, [source], store, "--codec", codec),
            lambda: run("ffmpeg", "-v", "error", "-y", "-i", source, *words, coded))
        times = ratio(walls(ours), walls(theirs))
        rows.append(Row(
            f"import of one file as {codec}, against the ffmpeg command line",
            f"{times:.2f} × the time ({seconds(percentile(walls(ours), 0.5))}), "
            f"{ratio(cpus(ours), cpus(theirs)):.2f} × the processor time",
            f"at most {limit} ×", times <= limit))

    sources = bench.sounds.excerpts(4, 60 if bench.is_quick else 240)
    alone, together = side_by_side(
        bench.rounds,
        lambda: import_sources(bench, sources, store, "--jobs", "1"),
        lambda: import_sources(bench, sources, store, "--jobs", "2"))
    times = ratio(walls(alone), walls(together))
    rows.append(Row(
        "four files with --jobs 2, against --jobs 1", f"{times:.2f} × as fast", "at least 1.7 ×", times >= 1.7))
    shutil.rmtree(store)
    return rows


def small_files(bench):
    """Many small files, whose import waits for the disk, compared with copies of their folder."""
    folder = bench.sounds.excerpts(127, 2)[0].parent
    made = bench.folder / "small"
    made.mkdir()
    names = itertools.count()

    def fresh():
        # Nothing is deleted before the end: ext4 takes longer to make files where others were deleted seconds ago.
        return made / str(next(names))

    def copied(command):
        return run("sh", "-c", command, "sh", folder, fresh())

    def encoded():
        # Memory has nothing to wait for: what is left is the encoding and the verification.
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            return import_sources(bench, [folder], Path(memory) / "small.zarr")

    copies, synced, encodings, default, eight = side_by_side(
        bench.rounds,
        lambda: copied('cp -r "$1" "$2"'),
        lambda: copied('cp -r "$1" "$2" && sync'),
        encoded,
        lambda: import_sources(bench, [folder], fresh()),
        lambda: import_sources(bench, [folder], fresh(), "--jobs", "8"))
    allowed = [3 * copying + work for copying, work in zip(walls(copies), walls(encodings), strict=True)]
    rows = []
    for options, ours in [("", default), (" with --jobs 8", eight)]:
        times = ratio(walls(ours), allowed)
        rows.append(Row(
            f"127 files of two seconds{options}, against 3 × `cp -r` and the encoding",
            f"{times:.2f} × the time ({seconds(percentile(walls(ours), 0.5))}), "
            f"{ratio(walls(ours), walls(copies)):.1f} × `cp -r`, {ratio(walls(ours), walls(synced)):.1f} × with `sync`",
            "at most 1 ×", times <= 1))
    shutil.rmtree(made)
    return rows


def indexing(bench):
    """Finding all frames of a stream, compared with tools that decode it or list its packets."""
    flac = bench.sounds.coded("flac", bench.length(3600))
    # Longer, so that the start of the program does not matter.
    aac = bench.sounds.coded("aac", bench.length(4 * 3600))
    rows = []
    for path, hours, target, tool in [
        (flac, "one hour", 8, ["flac", "-s", "-t", flac]),
        (flac, "one hour", 20, ["ffprobe", "-v", "error", "-show_packets", flac]),
        (aac, "four hours", 20, ["ffprobe", "-v", "error", "-show_packets", aac]),
    ]:
        ours, theirs = side_by_side(
            bench.rounds, lambda: run(bench.helper, "scan", path), lambda: run(*tool))
        times = ratio(walls(theirs), walls(ours))
        rows.append(Row(
            f"index of {hours} of {path.suffix[1:].upper()}, against `{' '.join(map(str, tool[:-1]))}`",
            f"{times:.1f} × as fast ({seconds(percentile(walls(ours), 0.5))}), "
            f"{ratio(cpus(theirs), cpus(ours)):.1f} × by processor time",
            f"at least {target} ×", times >= target))
    return rows


def overhead(bench):
    """The size of the indexes on disk, compared with that of the streams."""
    rows = []
    for codec, limit in [("flac", 1), ("aac", 3), ("opus", 3)]:
        recording = bench.hour_store / codec / "0"
        stream = _byte_count(recording / "audio_data_blob_array")
        index = sum(_byte_count(path) for path in recording.iterdir() if path.name in
                    (f"{codec}_index", "opus_sync"))
        part = 100 * index / stream
        rows.append(Row(
            f"index of one hour of {codec}, in per cent of the stream", f"{part:.2f} %", f"under {limit} %",
            part < limit))
    return rows


def _byte_count(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
