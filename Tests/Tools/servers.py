#!/usr/bin/env python3
"""Copies and servers: rsync, cp, tar, rclone, nginx, Samba and SFTP give every file of a mount as it is, and the reports, whose numbers change,
with their size. All listen on the loopback alone. Needs root, which can let servers in."""

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from mounted import REPOSITORY, Checks, digest, mounted, run

# Reports with numbers that change.
LIVE = {".zarrwlr/status.json", ".zarrwlr/metrics"}

checks = Checks()


def contents(folder):
    """The digests of all files below a folder by their names; of reports that change, whether they are whole."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            found[name] = is_whole(name, path.read_bytes()) if name in LIVE else digest(path.read_bytes())
    return found


def is_whole(name, data):
    if name.endswith(".json"):
        return "recordings" in json.loads(data)
    lines = data.decode().splitlines()
    return any(line.startswith("zarrwlr_read_seconds_count") for line in lines) and not data.count(b"\0")


def compare(tool, expected, found):
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    checks.check(tool, f"{len(expected)} files", [], wrong)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def server(port, *command):
    """A server while it runs, from when it answers at `port`."""
    # Samba's ends all processes of its group with it.
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} has ended: {process.stderr.read()}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def check_copies(mount, work, expected):
    for name, command in {
        "rsync -a": ["rsync", "-a", f"{mount.folder}/"], "cp -a": ["cp", "-a", f"{mount.folder}/."],
        "rclone copy": ["rclone", "--config=", "copy", mount.folder],
    }.items():
        copy = work / "copy"
        copy.mkdir()
        run(*command, copy)
        compare(name, expected, contents(copy))
        if name == "rsync -a":
            checks.check("rsync -a again", "copies nothing", "", run("rsync", "-a", "--itemize-changes", f"{mount.folder}/", copy))
        if name == "rclone copy":
            again = subprocess.run(["rclone", "--config=", "copy", "-v", str(mount.folder), str(copy)], capture_output=True, text=True)
            checks.check("rclone copy again", "copies nothing", [0, 0], [again.returncode, again.stderr.count("Copied (")])
            # What is read once more differs in the numbers that change, and in nothing else.
            result = subprocess.run(["rclone", "--config=", "check", "--download", "--exclude", ".zarrwlr/status.json", "--exclude",
                                     ".zarrwlr/metrics", str(mount.folder), str(copy)], capture_output=True, text=True)
            checks.check("rclone check", "finds no difference", [0, True], [result.returncode, "0 differences found" in result.stderr])
        shutil.rmtree(copy)
    copy = work / "tar"
    copy.mkdir()
    run("tar", "-C", mount.folder, "-cf", work / "copy.tar", ".")
    run("tar", "-C", copy, "-xf", work / "copy.tar")
    compare("tar", expected, contents(copy))


def check_nginx(mount, work, expected):
    port, folder = free_port(), work / "nginx"
    folder.mkdir()
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"user root; daemon off; pid {folder}/pid; error_log {folder}/errors;\nevents {{}}\n"
        f"http {{ {temporary} access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root {mount.folder}; }} }}\n")
    with server(port, "nginx", "-e", folder / "errors", "-p", folder, "-c", folder / "nginx.conf"):
        def get(name, **headers):
            request = urllib.request.Request(f"http://127.0.0.1:{port}/{urllib.parse.quote(name)}", headers=headers)
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()

        found = {}
        for name in expected:
            data = get(name)[1]
            found[name] = is_whole(name, data) if name in LIVE else digest(data)
        compare("nginx", expected, found)
        page = f"http://127.0.0.1:{port}/.zarrwlr/index.html"
        browsed = json.loads(run("python3", REPOSITORY / "Tests/Fixtures/scripts/browse_index.py", page, "bat"))
        checks.check("nginx, the page in Chromium", "plays, shows a picture, has no complaints", [mount.plain(), True, [1280, 720], []],
                     [sorted(browsed["names"]), browsed["played"], browsed["picture"], browsed["complaints"]])
        generator = random.Random(1)
        for name in mount.plain():
            data = (mount.folder / name).read_bytes()
            first = generator.randrange(len(data) - 1000)
            last = generator.randrange(first, len(data))
            status, part = get(name, Range=f"bytes={first}-{last}")
            checks.check("nginx, a range", name, [206, digest(data[first : last + 1])], [status, digest(part)])


def check_samba(mount, work, expected):
    port, folder = free_port(), work / "samba"
    folder.mkdir()
    folders = "\n".join(f"{kind} = {folder}" for kind in (
        "private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir", "usershare path"))
    (folder / "smb.conf").write_text(f"""[global]
smb ports = {port}
interfaces = lo
bind interfaces only = yes
disable netbios = yes
server role = standalone server
map to guest = bad user
log file = {folder}/log
load printers = no
disable spoolss = yes
{folders}
[audio]
path = {mount.folder}
read only = yes
guest ok = yes
kernel oplocks = no
strict locking = no
""")
    copy = work / "from-samba"
    copy.mkdir()
    with server(port, "smbd", "--foreground", "--no-process-group", "--debug-stdout", f"--configfile={folder}/smb.conf"):
        run("smbclient", "//127.0.0.1/audio", "-p", port, "-N", f"--configfile={folder}/smb.conf", "-D", ".", "-c",
            "prompt off; recurse on; mget *", cwd=copy)
    compare("Samba", expected, contents(copy))


def check_sftp(mount, work, expected):
    copy = work / "from-sftp"
    batch = work / "batch"
    batch.write_text(f"get -rp {mount.folder} {copy}\n")
    run("sftp", "-D", "/usr/lib/openssh/sftp-server", "-q", "-b", batch)
    compare("sftp", expected, contents(copy))


if os.getuid() != 0:
    raise SystemExit("only root can have servers show a mount")
with mounted("allow_other") as mount, tempfile.TemporaryDirectory(prefix="zarrwlr-servers-") as work:
    expected = contents(mount.folder)
    for part in (check_copies, check_nginx, check_samba, check_sftp):
        part(mount, Path(work), expected)
checks.finish()
