"""Stores on another machine: a real S3 service on loopback (OpenStack Swift), behind a proxy that makes it 20 ms away each way."""

import contextlib
import hashlib
import hmac
import itertools
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from listing import make_many
from measuring import Row, median, run, seconds, side_by_side
from mounts import Mount, read_latencies
from reading import HEADER, SECOND

TOOLS = Path(__file__).parent.parent / "Tests" / "Tools"
DELAY = 0.02  # seconds each way
TRIP = 2 * DELAY
# Bytes a second of the line, where all of it is used: 400 Mbit/s.
BANDWIDTH = 50e6
KEYS = {"AWS_ACCESS_KEY_ID": "test:tester", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
# Seconds between places that lie in different chunks of the index, each of which has the rows of some 15 seconds.
APART = 180
# What is known of the index at a place, and how many round trips a read may take there.
STATES = [("not cached", 2.5), ("read three minutes away", 1.5), ("cached", 1.5)]


class Tool:
    """A program of Tests/Tools that prints its address and ends with its input."""

    def __init__(self, name, *arguments):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", TOOLS / name, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def command(self, *words):
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextlib.contextmanager
def environment(variables):
    """These variables as long as the `with` lasts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def service(bench):
    """A service that has the store, the path of that in a folder, and the addresses of proxies: one that delays, and one with a slow line, too."""
    store = bench.folder / "remote.zarr"
    if not store.exists():
        run(bench.zarrwlr, "import", f"{store}::flac", bench.sounds.coded("flac", bench.length(3600)))
    with tempfile.TemporaryDirectory(dir=bench.folder) as data, Tool("s3_server.py", data) as server:
        server.command("put", "birds", "remote.zarr", store)
        host = server.url.removeprefix("http://")
        delay = ("--delay", DELAY * 1000)
        with (Tool("slow_proxy.py", host, *delay) as far, environment(KEYS),
              Tool("slow_proxy.py", host, *delay, "--bandwidth", BANDWIDTH) as narrow):
            yield store, far, narrow


def signed(method, service, path):
    """The address of an object with a signature (Signature Version 4) in it. curl makes none of a key with a colon."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{now[:8]}/us-east-1/s3/aws4_request"
    query = urllib.parse.urlencode({
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{KEYS['AWS_ACCESS_KEY_ID']}/{scope}", "X-Amz-Date": now,
        "X-Amz-Expires": 3600, "X-Amz-SignedHeaders": "host"})
    host = service.removeprefix("http://")
    request = f"{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{KEYS['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in [*scope.split("/"), text]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return f"{service}{path}?{query}&X-Amz-Signature={key.hex()}"


def remote(bench, url, blocks=None):
    """A mount of the bucket that finds the service at `url`, and keeps nothing on this machine, but for coded bytes in the folder `blocks`."""
    keeps = "cache_disk_mb=0" if blocks is None else f"cache_dir={blocks}"
    return Mount(bench.mount, "s3://birds/remote.zarr", f"endpoint={url}", "catalogue=off", keeps)


def recording(mount):
    return next(path for path in (mount.path / "flac").iterdir() if path.suffix == ".wav")


def places(bench):
    """The seconds at which reads begin."""
    return range(APART // 2, bench.length(3600) - 3, APART)


def colds(bench, mounted):
    """Latencies of reads of a second in each of the `STATES`, in a mount that `mounted` makes."""
    with mounted as mount:
        path = recording(mount)
        read_latencies(path, 4096, [0])
        time.sleep(1)  # What opening has begun may end.
        starts = places(bench)
        first = [read_latencies(path, SECOND, [HEADER + start * SECOND])[0] for start in starts]
        second = [read_latencies(path, SECOND, [HEADER + (start + 2) * SECOND])[0] for start in starts]
        return first[:1], first[1:], second


def cold_second(bench):
    """A cold second at random places, against the disk, rclone, and zarr-python."""
    with service(bench) as (store, far, _):
        local, ours, rclone, python = side_by_side(
            bench.rounds,
            lambda: colds(bench, Mount(bench.mount, store, "catalogue=off")),
            lambda: colds(bench, remote(bench, far.url)),
            lambda: with_rclone(bench, far.url),
            lambda: with_zarr_python(bench, far.url))
    flat = lambda rounds, number: [latency for each in rounds for latency in each[number]]
    rows = []
    for number, (name, factor) in enumerate(STATES):
        value, disk = median(flat(ours, number)), median(flat(local, number))
        limit = factor * TRIP + disk
        rows.append(Row(
            f"cold random second of an hour of FLAC, open recording, index {name}, 20 ms away",
            f"{seconds(value)}; from the disk {seconds(disk)}", f"at most {factor} × 40 ms + the disk's", value <= limit))
    for name, others, factor in [("our mount on `rclone mount`", rclone, 3), ("zarr-python over s3fs on the blob", python, 5)]:
        if not any(others):
            rows.append(Row(f"the same against {name}", "not installed"))
            continue
        for number, (state, _) in enumerate(STATES):
            value, other = median(flat(ours, number)), median(flat(others, number))
            times = other / value
            rows.append(Row(
                f"the same, index {state}, against {name}", f"{seconds(value)} against {seconds(other)}: {times:.1f} × sooner",
                f"{factor} × sooner", times >= factor))
    return rows


def with_rclone(bench, url):
    """The same reads by a mount of a folder that rclone has mounted."""
    if not shutil.which("rclone"):
        return [], [], []
    folder = Path(tempfile.mkdtemp(prefix="rclone-", dir=bench.folder))
    remote = (f':s3,provider=Other,access_key_id="{KEYS["AWS_ACCESS_KEY_ID"]}",secret_access_key={KEYS["AWS_SECRET_ACCESS_KEY"]},'
              f'endpoint="{url}":birds')
    # It can do nothing with a bundle of certificates of the environment.
    variables = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
    process = subprocess.Popen(
        ["rclone", "mount", "--read-only", "--config", "/dev/null", remote, folder], env=variables, stderr=subprocess.DEVNULL)
    try:
        while not os.path.ismount(folder):
            if process.poll() is not None:
                raise RuntimeError(f"rclone mount ended with {process.returncode}")
            time.sleep(0.05)
        return colds(bench, Mount(bench.mount, folder / "remote.zarr", "catalogue=off"))
    finally:
        subprocess.run(["fusermount3", "-u", folder])
        process.wait()


# Reads the coded bytes of a second at each place, and prints how long it took.
ZARR_PYTHON = """
import sys, time, warnings
warnings.simplefilter("ignore")
import s3fs, zarr
file_system = s3fs.S3FileSystem(
    key="test:tester", secret="testing", endpoint_url=sys.argv[1], asynchronous=True,
    config_kwargs={"s3": {"addressing_style": "path"}})
store = zarr.storage.FsspecStore(file_system, path="birds/remote.zarr")
array = zarr.open_array(store, path="flac/0/audio_data_blob_array", mode="r")
share = float(sys.argv[2])
array[0:16]
for place in sys.argv[3:]:
    start = int(float(place) * array.shape[0])
    before = time.perf_counter()
    array[start:start + int(array.shape[0] * share)]
    print(time.perf_counter() - before)
"""


def with_zarr_python(bench, url):
    """The coded bytes of as many seconds, without decoding them, by the Python that has s3fs: $BENCH_PYTHON."""
    python = os.environ.get("BENCH_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import s3fs, zarr"], capture_output=True).returncode != 0:
        return [], [], []
    length = bench.length(3600)
    shares = [start / length for start in places(bench)]
    said = subprocess.run(
        [python, "-c", ZARR_PYTHON, url, str(1 / length), *map(str, shares)], capture_output=True, text=True, check=True)
    latencies = [float(line) for line in said.stdout.split()]
    return latencies, latencies, latencies


def coded_bytes(store, url):
    """How many bytes of sound the recording has, and what measures in how many seconds `curl` gets as many from the service at `url`."""
    objects = [path for path in (store / "flac/0/audio_data_blob_array/c").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in objects)
    largest = max(objects, key=lambda path: path.stat().st_size)
    key = largest.relative_to(store)

    def fetch():
        address = signed("GET", url, f"/birds/remote.zarr/{key}")
        return run("curl", "-sf", "-o", "/dev/null", address).wall * size / largest.stat().st_size

    return size, fetch


def whole_file(bench):
    """A whole recording from front to back, against the line and against the disk."""
    with service(bench) as (store, far, narrow):
        size, fetch = coded_bytes(store, narrow.url)

        def read(mounted):
            with mounted as mount:
                path = recording(mount)
                read_latencies(path, 4096, [0])
                return run("dd", f"if={path}", "of=/dev/null", "bs=1M", "status=none").wall

        def read_remote():
            # As a first mount is: nothing is kept yet.
            with tempfile.TemporaryDirectory(dir=bench.folder) as blocks:
                return read(remote(bench, narrow.url, blocks))

        ours, disk, line = side_by_side(
            bench.rounds, read_remote,
            lambda: read(Mount(bench.mount, store, "catalogue=off")), fetch)
    times = median(one / max(two, three) for one, two, three in zip(ours, disk, line))
    return [Row(
        f"whole hour of FLAC, `dd bs=1M`, 20 ms away, a line of {BANDWIDTH / 125e3:.0f} Mbit/s",
        f"{seconds(median(ours))}; from the disk {seconds(median(disk))}, `curl` of the same {size / 1e6:.0f} MB "
        f"{seconds(median(line))}: {times:.2f} × the slower", "at most 1.2 ×", times <= 1.2)]


def going_through(bench):
    """What reads a whole recording without a mount, or as a coded file, against the line."""
    with service(bench) as (store, _, narrow):
        size, fetch = coded_bytes(store, narrow.url)
        target = bench.folder / "extracted"

        def command(*words):
            time = run(bench.zarrwlr, *words, "--endpoint", narrow.url, "s3://birds/remote.zarr::flac").wall
            shutil.rmtree(target, ignore_errors=True)
            return time

        def coded():
            options = (f"endpoint={narrow.url}", "catalogue=off", "cache_disk_mb=0", "views=coded")
            with Mount(bench.mount, "s3://birds/remote.zarr", *options) as mount:
                path = next((mount.path / "coded" / "flac").glob("*.flac"))
                return run("dd", f"if={path}", "of=/dev/null", "bs=1M", "status=none").wall

        extract, check, file, line = side_by_side(
            bench.rounds, lambda: command("extract", "--quiet", "--output", target), lambda: command("check"), coded, fetch)
    rows = []
    for what, times in (("`extract`", extract), ("`check`", check), ("its file in `coded/`, `dd bs=1M`", file)):
        ratio = median(one / two for one, two in zip(times, line))
        rows.append(Row(
            f"whole hour of FLAC 20 ms away, a line of {BANDWIDTH / 125e3:.0f} Mbit/s: {what}",
            f"{seconds(median(times))}; `curl` of the same {size / 1e6:.0f} MB {seconds(median(line))}: {ratio:.2f} ×"))
    return rows


def ready(bench):
    """How long mounting takes."""
    with service(bench) as (_, far, _):
        times = []
        for _ in range(max(bench.rounds, 5)):
            start = time.perf_counter()
            with remote(bench, far.url):
                times.append(time.perf_counter() - start)
    value = median(times)
    return [Row("mount ready, 20 ms away", seconds(value), "at most 1 s", value <= 1)]


NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    server {{
        listen 127.0.0.1:{port};
        location / {{ root {root}; }}
    }}
}}
"""


@contextlib.contextmanager
def web_server(bench, root):
    """nginx, which serves the folder `root`, behind a proxy that delays: that proxy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        # The worker of a server that root has started is another user.
        for path in (bench.folder, Path(folder)):
            path.chmod(0o755)
        settings = Path(folder) / "nginx.conf"
        settings.write_text(NGINX.format(folder=folder, port=port, root=root))
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", settings], stderr=subprocess.DEVNULL)
        try:
            with Tool("slow_proxy.py", f"127.0.0.1:{port}", "--delay", DELAY * 1000) as far:
                yield far
        finally:
            nginx.terminate()
            nginx.wait()


def listing(bench):
    """The first list of a hundred thousand recordings, by the catalogue in the store and with nothing known on this machine."""
    count = bench.length(100_000)
    store = bench.folder / "web" / "very-many.zarr"
    store.parent.mkdir()
    make_many(bench, store, count)
    run(bench.zarrwlr, "catalogue", "--catalogue", "off", store)
    ready, first = [], []
    with web_server(bench, store.parent) as far:
        for _ in range(min(bench.rounds, 3)):
            start = time.perf_counter()
            with Mount(bench.mount, f"{far.url}/very-many.zarr", "catalogue=off", "cache_disk_mb=0") as mount:
                ready.append(time.perf_counter() - start)
                first.append(run("ls", "-l", mount.path).wall)
    shutil.rmtree(store.parent)
    name = f"{count} recordings on a web server 20 ms away, with a catalogue in the store"
    return [
        Row(f"{name}: mount ready", seconds(median(ready)), "at most 1 s", median(ready) <= 1),
        Row(f"{name}: first `ls -l`", seconds(median(first)), "at most 3 s", median(first) <= 3),
    ]


def importing(bench):
    """Four hours as FLAC to S3, against the same to a folder and an upload of as many bytes; and many short files."""
    hour = bench.sounds.wav(bench.length(3600))
    sources = [hour.with_name(f"hour-{number}.wav") for number in range(4)]
    for number, source in enumerate(sources):
        # Each is another file, by a byte.
        shutil.copyfile(hour, source)
        with open(source, "r+b") as file:
            file.seek(HEADER)
            file.write(bytes([number]))
    local = bench.folder / "imported.zarr"
    key = itertools.count()

    def to_folder():
        shutil.rmtree(local, ignore_errors=True)
        return run(bench.zarrwlr, "import", local, *sources).wall

    def to_service(url, files):
        return run(bench.zarrwlr, "import", "--endpoint", url, f"s3://birds/imported-{next(key)}.zarr", *files).wall

    def upload(url):
        size = sum(path.stat().st_size for path in local.rglob("*") if path.is_file())
        body = bench.folder / "upload"
        with open(body, "wb") as file:
            file.truncate(size)
        wall = run("curl", "-sf", "-T", body, signed("PUT", url, "/birds/upload")).wall
        body.unlink()
        return wall

    with service(bench) as (_, _, narrow):
        folder, remote, line = side_by_side(
            min(bench.rounds, 3), to_folder, lambda: to_service(narrow.url, sources), lambda: upload(narrow.url))
        short = [to_service(narrow.url, bench.sounds.excerpts(60, 10)) for _ in range(min(bench.rounds, 3))]
    for source in sources:
        source.unlink()
    shutil.rmtree(local)
    times = median(one / (two + three) for one, two, three in zip(remote, folder, line))
    return [
        Row("import of 60 WAV files of ten seconds as FLAC to S3, 20 ms away", seconds(median(short))),
        Row(
            f"import of four hours as FLAC to S3, 20 ms away, a line of {BANDWIDTH / 125e3:.0f} Mbit/s",
            f"{seconds(median(remote))}; to a folder {seconds(median(folder))}, `curl` sends as many bytes in "
            f"{seconds(median(line))}: {times:.2f} × both", "at most 1.2 ×", times <= 1.2),
    ]


def memory(bench):
    """The memory of all processes of a mount while eight readers read."""
    with service(bench) as (_, far, _), remote(bench, far.url) as mount:
        path = recording(mount)
        with multiprocessing.get_context("fork").Pool(8) as pool:
            reads = pool.map_async(_read_through, [(path, number) for number in range(8)])
            peak = 0
            while not reads.ready():
                peak = max(peak, mount.memory)
                time.sleep(0.1)
            reads.get()
    return [Row(
        "memory of all processes of a mount, the most while eight readers read", f"{peak:.0f} MiB",
        "at most cache_mb + 112 MiB", peak <= 64 + 112)]


def _read_through(reader):
    """Reads an eighth of the file from front to back, and then at random."""
    path, number = reader
    size = path.stat().st_size
    start = size // 8 * number
    with open(path, "rb", buffering=0) as file:
        file.seek(start)
        for _ in range(min(size // 8, 40 << 20) >> 20):
            file.read(1 << 20)
    read_latencies(path, SECOND, [HEADER + (start + place * 7919 * SECOND) % (size - SECOND - HEADER) for place in range(20)])
