#!/usr/bin/env python3
"""A proxy on loopback that makes a server far away and unreliable.

    slow_proxy.py HOST:PORT [--delay MS] [--bandwidth BYTES] [--faults RATE] [--kinds KIND,KIND] [--seed N] [--port N] [--raw] [--stay]

passes what comes to its port on to HOST:PORT, and prints its address. Each way takes --delay milliseconds, a new connection a round trip more,
as the handshake of TCP does, and all connections together get --bandwidth bytes a second from the server, and as many to it. With --raw, bytes
are passed without a look at them, for TLS. Without, it knows HTTP/1.1, counts requests, and does wrong what it is told to; after CONNECT, it
passes bytes to HOST:PORT, too. Of all requests, the part --faults (0.1: one in ten) goes wrong in one of --kinds, all of them unless it is
given; the same --seed gives the same faults in the order of requests:

    500, 503, 429   the server answers that; 429 and 503 with Retry-After: 1
    html            the page of another proxy comes, with status 200
    reset           the connection is reset before the request is passed on
    lost            the request is passed on, and the connection is reset instead of the answer
    cut             the connection ends in the middle of the answer
    cut-reset       the connection is reset there
    range           Content-Range says other bytes than those that come
    length          Content-Length says more than comes, and Content-Range is right
    stall           the middle of the answer comes --stall seconds late (2)
    hang            no answer comes, until the client goes away; only if it is in --kinds

It reads commands from standard input, to each of which it prints a line. It ends at the end of its input, or with --stay, only by a signal.

    next KIND...        does these to the next requests, one each, whatever --faults says; "none" is no fault
    on TEXT KIND...     does these to the next requests with TEXT in their target
    faults RATE         from now on, the part of requests that goes wrong
    delay MS            from now on
    requests            the number of requests since the last such command
    log                 the requests since the last such command as JSON: [[method, target, range, status, fault, start, end], ...], the
                        last two in seconds: when it came, and when the client had the whole answer
    away                closes all connections and takes no new ones
    back                takes them again
"""

import argparse
import asyncio
import collections
import contextlib
import json
import random
import re
import socket
import struct
import sys

KINDS = ["500", "503", "429", "html", "reset", "lost", "cut", "cut-reset", "range", "length", "stall"]
PIECE = 64 << 10
PAGE = b"<!DOCTYPE html><html><body>You are not logged in to this network.</body></html>"


class Line:
    """One direction of the line to the server, which all connections share."""

    def __init__(self, bandwidth):
        self.bandwidth, self.free = bandwidth, 0.0

    def window(self, delay):
        """Bytes of one connection that are on their way, at most."""
        return max(256 << 10, int(2 * delay * self.bandwidth)) if self.bandwidth else 8 << 20

    def sent(self, count, now):
        """When the last of `count` bytes is on the line that are given to it `now`."""
        if not self.bandwidth:
            return now
        self.free = max(self.free, now) + count / self.bandwidth
        return self.free


class Delayed:
    """What is written to `writer`, later."""

    def __init__(self, writer, line, proxy):
        self.writer, self.line, self.proxy = writer, line, proxy
        self.pieces, self.size = collections.deque(), 0
        self.changed = asyncio.Event()
        self.task = asyncio.create_task(self.run())

    async def write(self, data, extra=0.0):
        loop = asyncio.get_running_loop()
        for start in range(0, len(data), PIECE):
            piece = data[start:start + PIECE]
            due = self.line.sent(len(piece), loop.time()) + self.proxy.delay + extra
            self.pieces.append((due, piece))
            self.size += len(piece)
            self.changed.set()
            while self.size > self.line.window(self.proxy.delay) and not self.task.done():
                self.changed.clear()
                await self.changed.wait()
        if self.task.done():
            raise ConnectionResetError

    async def run(self):
        loop = asyncio.get_running_loop()
        try:
            while True:
                while not self.pieces:
                    self.changed.clear()
                    await self.changed.wait()
                due, piece = self.pieces[0]
                if piece is None:
                    return
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                self.writer.write(piece)
                await self.writer.drain()
                self.pieces.popleft()
                self.size -= len(piece)
                self.changed.set()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.changed.set()

    async def flush(self):
        """Waits until all of it is written."""
        self.pieces.append((0, None))
        self.changed.set()
        await self.task


class Message:
    """The head of a request or an answer, and how its body is framed."""

    def __init__(self, head):
        self.first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines if ":" in line]

    def __getitem__(self, name):
        return next((value for key, value in self.fields if key.lower() == name), None)

    def replace(self, name, value):
        self.fields = [(key, value if key.lower() == name else old) for key, old in self.fields]

    def remove(self, name):
        self.fields = [(key, value) for key, value in self.fields if key.lower() != name]

    @property
    def is_chunked(self):
        return "chunked" in (self["transfer-encoding"] or "").lower()

    @property
    def length(self):
        return int(self["content-length"] or 0)

    def bytes(self):
        lines = [self.first] + [f"{name}: {value}" for name, value in self.fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @staticmethod
    async def read(reader):
        """The next one; None at the end."""
        try:
            return Message(await reader.readuntil(b"\r\n\r\n"))
        except asyncio.IncompleteReadError:
            return None


async def body(message, reader, until_end=False):
    """The pieces of the body of `message` as they came, with what frames them."""
    if message.is_chunked:
        while True:
            line = await reader.readuntil(b"\r\n")
            count = int(line.split(b";")[0], 16)
            if not count:
                # The trailer ends with an empty line.
                while line != b"\r\n":
                    yield line
                    line = await reader.readuntil(b"\r\n")
                yield line
                return
            yield line + await reader.readexactly(count + 2)
    elif until_end and message["content-length"] is None:
        while piece := await reader.read(PIECE):
            yield piece
    else:
        left = message.length
        while left:
            piece = await reader.read(min(PIECE, left))
            if not piece:
                raise asyncio.IncompleteReadError(b"", left)
            left -= len(piece)
            yield piece


def reset(writer):
    """Ends the connection as a machine does that knows nothing of it."""
    with contextlib.suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Proxy:
    def __init__(self, options):
        host, _, port = options.target.rpartition(":")
        self.host, self.port = host or "127.0.0.1", int(port)
        self.delay = options.delay / 1000
        self.up, self.down = Line(options.bandwidth), Line(options.bandwidth)
        self.rate, self.kinds, self.random = options.faults, options.kinds.split(","), random.Random(options.seed)
        self.stall, self.is_raw = options.stall, options.raw
        self.planned, self.matched = collections.deque(), []
        self.log, self.count = [], 0
        self.writers, self.is_away = set(), False

    def fault(self, target):
        """What goes wrong with the next request."""
        # One number for each request, so that what is planned changes no later fault.
        chance, kind = self.random.random(), self.random.choice(self.kinds)
        for number, (text, faults) in enumerate(self.matched):
            if text in target:
                fault = faults.popleft()
                if not faults:
                    del self.matched[number]
                return fault
        if self.planned:
            return self.planned.popleft()
        return kind if chance < self.rate else "none"

    async def serve(self, reader, writer):
        if self.is_away:
            reset(writer)
            return
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.writers.add(writer)
        try:
            up_reader, up_writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        except OSError:
            reset(writer)
            self.writers.discard(writer)
            return
        self.writers.add(up_writer)
        up, down = Delayed(up_writer, self.up, self), Delayed(writer, self.down, self)
        try:
            if self.is_raw:
                await self.pass_bytes(reader, up, up_reader, down)
            else:
                await self.pass_requests(reader, up, up_reader, down, writer)
            await down.flush()
        except (OSError, EOFError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            # What has come is passed on.
            with contextlib.suppress(Exception):
                await down.flush()
        except asyncio.CancelledError:
            # The proxy ends.
            pass
        finally:
            for one in (up, down):
                one.task.cancel()
            for one in (writer, up_writer):
                one.close()
                self.writers.discard(one)

    async def pass_bytes(self, reader, up, up_reader, down):
        async def copy(source, to, extra):
            while piece := await source.read(PIECE):
                await to.write(piece, extra)
                extra = 0.0
            await to.flush()
            with contextlib.suppress(OSError):
                to.writer.write_eof()

        await asyncio.gather(copy(reader, up, 2 * self.delay), copy(up_reader, down, 0.0))

    async def pass_requests(self, reader, up, up_reader, down, writer):
        extra = 2 * self.delay
        while (request := await Message.read(reader)) is not None:
            method, target = request.first.split(" ")[:2]
            fault = self.fault(target)
            self.count += 1
            loop = asyncio.get_running_loop()
            entry = [method, target, request["range"], None, fault, loop.time(), None]
            self.log.append(entry)
            if method == "CONNECT":
                await down.write(b"HTTP/1.1 200 connected\r\n\r\n")
                return await self.pass_bytes(reader, up, up_reader, down)
            if (request["expect"] or "").lower() == "100-continue":
                request.remove("expect")
                await down.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if fault in ("500", "503", "429", "html", "reset", "hang"):
                async for _ in body(request, reader):
                    pass
                await asyncio.sleep(self.delay + extra)
                if fault == "reset":
                    return reset(writer)
                if fault == "hang":
                    await reader.read(1)
                    return
                entry[3] = 200 if fault == "html" else int(fault)
                await down.write(self.answer(fault, method))
            else:
                await up.write(request.bytes(), extra)
                async for piece in body(request, reader):
                    await up.write(piece)
                if not await self.pass_answer(method, fault, entry, up_reader, down, writer):
                    return
            entry[6] = loop.time() + self.delay
            extra = 0.0

    @staticmethod
    def answer(fault, method):
        page = PAGE if fault == "html" else b"try again"
        lines = [f"HTTP/1.1 {200 if fault == 'html' else fault} as the proxy says", f"Content-Length: {len(page)}"]
        if fault == "html":
            lines.append("Content-Type: text/html")
        if fault in ("503", "429"):
            lines.append("Retry-After: 1")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"" if method == "HEAD" else page)

    async def pass_answer(self, method, fault, entry, up_reader, down, writer):
        """Passes the answer on, with `fault`; whether the connection can be used for another request."""
        while True:
            answer = await Message.read(up_reader)
            if answer is None:
                return False
            status = int(answer.first.split(" ")[1])
            if status >= 200:
                break
            await down.write(answer.bytes())
        entry[3] = status
        has_body = method != "HEAD" and status not in (204, 304)
        is_to_end = not answer.is_chunked and answer["content-length"] is None
        size = answer.length if has_body else 0
        if fault == "range" and (place := answer["content-range"]):
            unit, _, rest = place.partition(" ")
            span, _, whole = rest.partition("/")
            if "-" in span:
                first, last = (int(number) + 1 for number in span.split("-"))
                answer.replace("content-range", f"{unit} {first}-{last}/{max(int(whole), last + 1)}")
        head = answer.bytes()
        if fault == "length" and size:
            head = re.sub(rb"(?im)^content-length:.*?\r", b"Content-Length: %d\r" % (size + 10), head)
        if fault == "lost":
            if has_body:
                async for _ in body(answer, up_reader, is_to_end):
                    pass
            await asyncio.sleep(self.delay)
            reset(writer)
            return False
        await down.write(head)
        if not has_body:
            if fault in ("cut", "cut-reset"):
                await down.flush()
                return False
            return True
        passed = 0
        async for piece in body(answer, up_reader, is_to_end):
            is_here = fault in ("cut", "cut-reset", "stall") and passed <= size // 2 < passed + len(piece)
            if not is_here:
                await down.write(piece)
            elif fault == "stall":
                await down.write(piece[:size // 2 - passed])
                await asyncio.sleep(self.stall)
                await down.write(piece[size // 2 - passed:])
            else:
                await down.write(piece[:size // 2 - passed])
                await down.flush()
                if fault == "cut-reset":
                    reset(writer)
                return False
            passed += len(piece)
        if fault == "length" and size:
            await down.flush()
            return False
        return not is_to_end and "close" not in (answer["connection"] or "").lower()

    # Commands

    def command(self, words):
        name, *words = words
        if name == "next":
            self.planned.extend(words)
        elif name == "on":
            self.matched.append((words[0], collections.deque(words[1:])))
        elif name == "faults":
            self.rate = float(words[0])
        elif name == "delay":
            self.delay = float(words[0]) / 1000
        elif name == "requests":
            count, self.count = self.count, 0
            return str(count)
        elif name == "log":
            log, self.log = self.log, []
            return json.dumps(log)
        elif name in ("away", "back"):
            self.is_away = name == "away"
            if self.is_away:
                for writer in list(self.writers):
                    reset(writer)
        else:
            return f"unknown command {name}"
        return name

    async def run(self, options):
        server = await asyncio.start_server(self.serve, "127.0.0.1", options.port, limit=1 << 20, backlog=256)
        port = server.sockets[0].getsockname()[1]
        print(f"127.0.0.1:{port}" if self.is_raw else f"http://127.0.0.1:{port}", flush=True)
        if options.stay:
            await asyncio.Event().wait()
        commands = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        while line := await commands.readline():
            words = line.decode().rstrip("\n")
            words = words.split("\t") if "\t" in words else words.split()
            if words:
                print(self.command(words), flush=True)


def main():
    parser = argparse.ArgumentParser(description="A proxy on loopback that makes a server far away and unreliable.")
    parser.add_argument("target", metavar="HOST:PORT")
    parser.add_argument("--delay", type=float, default=20, metavar="MS")
    parser.add_argument("--bandwidth", type=float, default=0, metavar="BYTES")
    parser.add_argument("--faults", type=float, default=0, metavar="RATE")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stall", type=float, default=2, metavar="SECONDS")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--raw", action="store_true")
    parser.add_argument("--stay", action="store_true")
    options = parser.parse_args()
    unknown = set(options.kinds.split(",")) - set(KINDS) - {"hang"}
    if unknown:
        parser.error(f"unknown kinds: {', '.join(sorted(unknown))}")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Proxy(options).run(options))


main()
