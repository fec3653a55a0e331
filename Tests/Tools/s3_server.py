#!/usr/bin/env python3
"""An S3 service on loopback: OpenStack Swift with its S3 API, of Debian's packages swift-proxy, swift-account, swift-container, swift-object
and memcached.

    s3_server.py DIR [PORT]

starts it with its data below DIR (whose file system has extended attributes), prints its endpoint when it answers, and reads commands from
standard input, to each of which it prints a line:

    put BUCKET PREFIX FOLDER   uploads the files of a folder
    away                       stops the object server: the service then answers 503
    back                       starts it again
    requests                   the number of requests to objects and buckets so far

It ends at the end of its input. Key test:tester, secret testing, region us-east-1."""

import hashlib
import hmac
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

KEY, SECRET, REGION = "test:tester", "testing", "us-east-1"

SERVER = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 1
user = {user}
swift_dir = {dir}
devices = {dir}/devices
mount_check = false
log_level = WARNING
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

# What a busy container server has not listed at once would never be: the daemon that tries it again later does not run here.
OBJECT = """conn_timeout = 20
node_timeout = 20
container_update_timeout = 20
"""

# Makes what swift-ring-builder makes, which takes a second of processor time for each of its nine steps.
RINGS = """
import sys
from swift.common.ring import RingBuilder
directory, port = sys.argv[1], int(sys.argv[2])
for offset, name in enumerate(["account", "container", "object"], 1):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port + offset, "device": "d1", "weight": 1.0})
    builder.rebalance()
    builder.get_ring().save(f"{directory}/{name}.ring.gz")
"""

PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 2
user = {user}
swift_dir = {dir}
log_level = INFO
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache listing_formats s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
# The object server is asked again at once when it is back; else it would not be for a minute after ten errors.
error_suppression_limit = 1000000
# On a busy machine, a server that takes half a second to answer is not one that has no such bucket.
conn_timeout = 20
node_timeout = 20
recoverable_node_timeout = 20
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:proxy-logging]
use = egg:swift#proxy_logging
access_log_headers = false
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcache}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
"""


def free_ports(count):
    """The first of so many ports that follow one another and are free."""
    # Servers that are started at the same time, whose processes have neighbouring numbers, try different ones. None is of those that
    # the kernel gives to others (from 32768), who may be faster than the servers of these.
    for step in range(1700):
        first = 20000 + (os.getpid() + step) * 7 % 12000
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise SystemExit("no ports are free")


class Service:
    def __init__(self, directory, port):
        self.dir, self.port, self.running = directory, port, {}
        os.makedirs(f"{directory}/devices/d1", exist_ok=True)
        user = subprocess.check_output(["id", "-un"], text=True).strip()
        self.write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = test\n[storage-policy:0]\nname = only\ndefault = yes\n")
        for offset, name in enumerate(["account", "container", "object"], 1):
            text = SERVER.format(name=name, port=port + offset, dir=directory, user=user)
            self.write(f"{name}.conf", text + (OBJECT if name == "object" else ""))
        # Debian's Python, which has Swift's modules.
        subprocess.run(["/usr/bin/python3", "-c", RINGS, directory, str(port)], check=True)
        self.write("proxy.conf", PROXY.format(port=port, memcache=port + 4, dir=directory, user=user))
        self.launch("memcached", ["memcached", "-l", "127.0.0.1", "-p", str(port + 4), "-u", user])
        for name in ["account", "container", "object", "proxy"]:
            self.launch(name, [f"swift-{name}-server", f"{directory}/{name}.conf", "verbose"])
        self.wait()

    def write(self, name, text):
        with open(f"{self.dir}/{name}", "w") as file:
            file.write(text)

    def launch(self, name, command):
        with open(f"{self.dir}/{name}.log", "ab") as log:
            self.running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def halt(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)

    def wait(self):
        for _ in range(150):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthcheck", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit("the service does not answer")
        # The proxy answers that before the servers behind it do.
        self.make_bucket("ready")
        self.send("PUT", "/ready/object")

    def send(self, method, path, body=b""):
        """Sends a request, again while the servers behind the proxy are not there yet, or do not answer."""
        for _ in range(60):
            try:
                return self.attempt(method, path, body)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise
                last = error
            except OSError as error:
                last = error
            time.sleep(0.5)
        raise last

    def attempt(self, method, path, body):
        """Sends a request with a signature of its own (Signature Version 4)."""
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        path = urllib.parse.quote(path)
        digest = hashlib.sha256(body).hexdigest()
        signed = {"host": f"127.0.0.1:{self.port}", "x-amz-date": now, "x-amz-content-sha256": digest}
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}"
        scope = f"{now[:8]}/{REGION}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"AWS4{SECRET}".encode()
        for part in [now[:8], REGION, "s3", "aws4_request", text]:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signed["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={KEY}/{scope},SignedHeaders={names},Signature={key.hex()}")
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body if method == "PUT" else None, headers=signed, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()

    def make_bucket(self, bucket):
        try:
            self.send("PUT", f"/{bucket}")
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise

    def put(self, bucket, prefix, folder):
        self.make_bucket(bucket)
        count = 0
        for directory, _, files in os.walk(folder):
            for file in files:
                path = os.path.join(directory, file)
                with open(path, "rb") as source:
                    self.send("PUT", f"/{bucket}/{prefix}/{os.path.relpath(path, folder)}", source.read())
                count += 1
        return count

    def requests(self):
        """How many requests the log of the proxy has."""
        with open(f"{self.dir}/proxy.log", "rb") as log:
            return sum(1 for line in log if b" HTTP/1.0 " in line and b"/healthcheck" not in line)


def main():
    # Who starts this may block signals. The servers would inherit that, and not end by them.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    service = Service(os.path.realpath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else free_ports(5))
    try:
        print(f"http://127.0.0.1:{service.port}", flush=True)
        for line in sys.stdin:
            command, *words = line.rstrip("\n").split("\t") if "\t" in line else line.split()
            if command == "put":
                print(service.put(*words), flush=True)
            elif command == "away":
                service.halt("object")
                print("away", flush=True)
            elif command == "back":
                service.launch("object", ["swift-object-server", f"{service.dir}/object.conf", "verbose"])
                print("back", flush=True)
            elif command == "requests":
                print(service.requests(), flush=True)
            else:
                print(f"unknown command {command}", flush=True)
    finally:
        for name in list(service.running):
            service.halt(name)


main()
