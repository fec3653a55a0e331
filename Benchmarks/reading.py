"""Reading through a mount."""

import multiprocessing
import os
import subprocess
import time

import sndfile
from measuring import Row, percentile, ratio, run, seconds, side_by_side, walls
from mounts import Mount, read_latencies, slots
from sounds import RATE

SAMPLE = 2  # bytes of one sample of one channel
SECOND = RATE * SAMPLE
HEADER = 44  # bytes before the samples, in the recordings measured here
CACHE = 64  # MiB that a mount keeps by itself


def p50(latencies):
    return percentile(latencies, 0.5)


def p99(latencies):
    return percentile(latencies, 0.99)


def make_hour_store(bench, store):
    """Makes a store of one-hour recordings, with a group for each codec. The coded files are stored as they are."""
    hour = bench.length(3600)
    for codec in ["flac", "aac", "opus", "mp3", "vorbis"]:
        run(bench.zarrwlr, "import", f"{store}::{codec}", bench.sounds.coded(codec, hour))
    run(bench.zarrwlr, "import", "--codec", "pcm", f"{store}::pcm", bench.sounds.wav(hour))


def recording(mount, group):
    return next(path for path in (mount.path / group).iterdir() if path.suffix == ".wav")


def cold(bench, group, size, count):
    """Latencies of reads of `size` bytes that neither the mount nor the kernel has cached."""
    with Mount(bench.mount, bench.hour_store) as mount:
        path = recording(mount, group)
        # Reads the header, and so takes the cost of opening the recording out of the measurement.
        read_latencies(path, 4096, [0])
        return read_latencies(path, size, [HEADER + place for place in slots(count, size, path.stat().st_size - HEADER)])


def in_process(bench, codec, samples, count):
    """Latencies of reading and decoding just the frames of so many samples, without a mount."""
    path = bench.sounds.coded(codec, bench.length(3600))
    places = slots(count, samples, (bench.length(3600) - 1) * RATE)
    said = subprocess.run(
        [bench.helper, "decode", path, str(samples)], input="\n".join(map(str, places)), capture_output=True,
        text=True, check=True)
    return [float(line) for line in said.stdout.split()]


def cold_small(bench):
    """Reads of 4 KiB at random places."""
    count = bench.length(2000)
    rows = []
    names = ["flac", "aac"]
    results = side_by_side(
        bench.rounds,
        lambda: cold(bench, "pcm", 4096, count),
        *[lambda codec=codec: in_process(bench, codec, 2048, count) for codec in names],
        *[lambda codec=codec: cold(bench, codec, 4096, count) for codec in [*names, "opus"]])
    pcm, flac_decode, aac_decode, flac, aac, opus = results
    for name, mounted, decoded in [("FLAC", flac, flac_decode), ("AAC", aac, aac_decode)]:
        for part, percent, limit in [(p50, "p50", 1.5), (p99, "p99", 4)]:
            sums = [part(one) + part(other) for one, other in zip(decoded, pcm)]
            times = ratio(map(part, mounted), sums)
            rows.append(Row(
                f"cold random 4 KiB of {name}, {percent}",
                f"{seconds(_median(mounted, part))}; {times:.2f} × decoding ({seconds(_median(decoded, part))}) + "
                f"the PCM array ({seconds(_median(pcm, part))})",
                f"at most {limit} ×", times <= limit))
    taken = _median(aac, p50)
    rows.append(Row("the same of AAC, p50, by itself", seconds(taken), "at most 230 µs", taken <= 230e-6))
    rows.append(Row(
        "cold random 4 KiB of Opus, p50 and p99", f"{seconds(_median(opus, p50))}, {seconds(_median(opus, p99))}"))
    return rows


def cold_second(bench):
    """Reads of one second at random places."""
    count = bench.length(1200)
    flac_path = bench.sounds.coded("flac", bench.length(3600))
    places = list(slots(count, RATE, (bench.length(3600) - 1) * RATE))
    flac, plain, aac, opus, mp3, vorbis = side_by_side(
        bench.rounds,
        lambda: cold(bench, "flac", SECOND, count),
        lambda: sndfile.read_latencies(flac_path, RATE, places),
        lambda: cold(bench, "aac", SECOND, count),
        lambda: cold(bench, "opus", SECOND, count),
        lambda: cold(bench, "mp3", SECOND, count),
        lambda: cold(bench, "vorbis", SECOND, count))
    times = ratio(map(p50, flac), map(p50, plain))
    rows = [Row(
        "cold random second of FLAC, p50, against libsndfile in the same FLAC as a plain file",
        f"{seconds(_median(flac, p50))} against {seconds(_median(plain, p50))}: {times:.2f} ×", "at most 1 ×",
        times <= 1)]
    limits = [
        ("AAC", aac, 0.55e-3), ("Opus, with proofs", opus, 2.4e-3), ("MP3", mp3, 1.5e-3), ("Vorbis", vorbis, 1.5e-3)]
    for name, latencies, limit in limits:
        value = _median(latencies, p50)
        rows.append(Row(
            f"cold random second of {name}, p50 (p99)",
            f"{seconds(value)} ({seconds(_median(latencies, p99))})", f"under {seconds(limit)}", value < limit))
    return rows


def cold_disk(bench):
    """Reads of one second at random places, each after the kernel has dropped all that it keeps of any disk."""
    drop = "/proc/sys/vm/drop_caches"
    what = "cold random second of FLAC, from a disk that nothing is kept of, p50, against libsndfile in an open plain file"
    if not os.access(drop, os.W_OK):
        return [Row(what, "not measured: only root can drop what the kernel keeps")]
    count = bench.length(120)
    flac_path = bench.sounds.coded("flac", bench.length(3600))
    places = list(slots(count, RATE, (bench.length(3600) - 1) * RATE))

    def forgetting(places):
        for place in places:
            os.sync()
            with open(drop, "w") as file:
                file.write("3")
            yield place

    def mounted():
        with Mount(bench.mount, bench.hour_store) as mount:
            path = recording(mount, "flac")
            read_latencies(path, 4096, [0])
            return read_latencies(path, SECOND, forgetting(HEADER + place * SAMPLE for place in places))

    ours, plain = side_by_side(
        bench.rounds, mounted, lambda: sndfile.read_latencies(flac_path, RATE, forgetting(places)))
    times = ratio(map(p50, ours), map(p50, plain))
    return [Row(
        what, f"{seconds(_median(ours, p50))} against {seconds(_median(plain, p50))}: {times:.2f} ×", "at most 0.8 ×",
        times <= 0.8)]


def whole_file(bench):
    """A whole recording, from front to back, twice."""
    flac_path = bench.sounds.coded("flac", bench.length(3600))
    wav_path = bench.sounds.wav(bench.length(3600))
    warm, requests, plain = [], [], []

    def through_mount():
        with Mount(bench.mount, bench.hour_store) as mount:
            path = recording(mount, "flac")
            cost = _dd(path)
            before = mount.read_requests
            warm.append(_dd(path).wall)
            requests.append(mount.read_requests - before)
            plain.append(_dd(wav_path).wall)
            return cost

    ours, theirs = side_by_side(
        bench.rounds, through_mount,
        lambda: run("ffmpeg", "-v", "error", "-threads", "1", "-i", flac_path, "-f", "s16le", "-y", "/dev/null"))
    times = ratio(walls(ours), walls(theirs))
    rows = [
        Row("whole hour of FLAC, `dd bs=1M`, against `ffmpeg -threads 1 … -f s16le /dev/null`",
            f"{seconds(percentile(walls(ours), 0.5))} against {seconds(percentile(walls(theirs), 0.5))}: {times:.2f} ×",
            "at most 0.57 ×", times <= 0.57),
        Row("the same again, warm, against the same bytes as a plain file",
            f"{ratio(warm, plain):.2f} × the time; requests that reached the mount meanwhile: {max(requests)}",
            "page-cache speed: no request reaches the mount", max(requests) == 0),
    ]
    for codec, limit in [("aac", 0.65), ("opus", 0.75)]:
        pre_roll = []

        def read(codec=codec, pre_roll=pre_roll):
            with Mount(bench.mount, bench.hour_store) as mount:
                wall = _dd(recording(mount, codec)).wall
                pre_roll.append(mount.pre_roll(codec))
                return wall
        path = bench.sounds.coded(codec, bench.length(3600))
        ours, theirs = side_by_side(
            bench.rounds, read,
            lambda path=path: run("ffmpeg", "-v", "error", "-threads", "1", "-i", path, "-f", "s16le", "-y", "/dev/null"))
        rows.append(Row(
            f"whole hour of {codec}, `dd bs=1M`, against the same ffmpeg",
            f"{seconds(p50(ours))} against {seconds(p50(walls(theirs)))}: {ratio(ours, walls(theirs)):.2f} ×; "
            f"{100 * p50(pre_roll):.1f} % of what was decoded was pre-roll", f"at most {limit} ×",
            ratio(ours, walls(theirs)) <= limit))
    return rows


def _dd(path):
    return run("dd", f"if={path}", "of=/dev/null", "bs=1M", "status=none")


def many_readers(bench):
    """Crops of three seconds from many recordings, by one reader and by eight."""
    store = bench.folder / "many.zarr"
    count = bench.length(200)
    run(bench.zarrwlr, "import", store, *bench.sounds.excerpts(count, 30))
    memory = []

    def crops_per_second(readers, *options):
        with Mount(bench.mount, store, *options) as mount:
            paths = sorted(path for path in mount.path.iterdir() if path.suffix == ".wav")
            # Every crop is read only once, by one of the readers.
            places = [(path, HEADER + 3 * SECOND * number) for number in range(10) for path in paths]
            places = [places[place] for place in slots(len(places), 1, len(places))]
            with multiprocessing.get_context("fork").Pool(readers) as pool:
                # How long it takes to start readers says nothing of the mount.
                pool.map(abs, range(readers), chunksize=1)
                start = time.perf_counter()
                pool.map(_crop, places, chunksize=10)
                elapsed = time.perf_counter() - start
            memory.append(mount.peak_memory)
            return len(places) / elapsed

    one, held, eight, many = side_by_side(
        bench.rounds, lambda: crops_per_second(1), lambda: crops_per_second(1, "max_threads=1"),
        lambda: crops_per_second(8), lambda: crops_per_second(64))
    times, drop = ratio(eight, held), ratio(many, eight)
    return [
        Row(f"eight random readers of 3 s crops over {count} recordings, against one that is held to one thread",
            f"{p50(eight):.0f} against {p50(held):.0f} crops a second: {times:.2f} ×; one on all threads: {p50(one):.0f}",
            "at least 1.8 ×", times >= 1.8),
        Row("sixty-four such readers, against eight", f"{p50(many):.0f} crops a second: {drop:.2f} ×", "at least 0.95 ×",
            drop >= 0.95),
        _memory_row("peak memory of the mount under eight readers", max(memory)),
    ]


def _crop(place):
    path, offset = place
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if len(os.pread(descriptor, 3 * SECOND, offset)) != 3 * SECOND:
            raise RuntimeError(f"{path}: too few bytes at {offset}")
    finally:
        os.close(descriptor)


def day_long(bench):
    """A day compared with a minute, at 16 kHz, and the memory that a day takes."""
    rate = 16_000
    day, minute = bench.length(86_400), 60
    rows = []
    for codec in ["flac", "aac"]:
        store = bench.folder / f"day-{codec}.zarr"
        for seconds_long in (day, minute):
            run(bench.zarrwlr, "import", f"{store}::{seconds_long}", bench.sounds.coded(codec, seconds_long, rate))
        memory = []

        def latency(group, count):
            with Mount(bench.mount, store) as mount:
                path = recording(mount, str(group))
                places = [HEADER + place for place in slots(count, 4096, path.stat().st_size - HEADER - 4096)]
                read_latencies(path, 4096, [0])
                value = p50(read_latencies(path, 4096, places))
                memory.append(mount.peak_memory)
                return value

        # A minute has room for so many reads.
        long, short = side_by_side(2 * bench.rounds, lambda: latency(day, 80), lambda: latency(minute, 80))
        times = ratio(long, short)
        name = codec.upper()
        rows.append(Row(
            f"cold random 4 KiB of {name}, p50, 24 h against one minute",
            f"{seconds(p50(long))} against {seconds(p50(short))}: {times:.2f} ×", "at most 1.2 ×", times <= 1.2))
        with Mount(bench.mount, store) as mount:
            path = recording(mount, str(day))
            read_latencies(path, 4096, slots(2000, 4096, path.stat().st_size))
            _dd(path)
            rows.append(_memory_row(f"peak memory, 24 h of {name} read at random and end to end", mount.peak_memory))
    return rows


def _memory_row(what, value):
    return Row(what, f"{value:.0f} MiB", f"at most {CACHE + 48} MiB", value <= CACHE + 48)


def _median(rounds, part):
    return p50([part(latencies) for latencies in rounds])
