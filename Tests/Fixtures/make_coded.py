#!/usr/bin/env python3
"""Makes for make_coded.sh what no encoder can make. Uses the standard library only.

    make_coded.py sound CHANNELS BITS SAMPLES       synthetic samples, signed little-endian, on standard output
    make_coded.py wave CHANNELS BITS RATE           a WAV file of those samples, standard input to output
    make_coded.py unsigned8                         signed bytes to unsigned ones, standard input to output
    make_coded.py variable OUT IN.flac...           one FLAC stream of variable block size from several of fixed size
    make_coded.py unknown-total IN.flac OUT.flac    STREAMINFO without length and MD5
    make_coded.py gain QUARTER-DB IN.opus OUT.opus  another output gain in OpusHead (Q7.8)
    make_coded.py repage SEGMENTS IN.opus OUT.opus  pages of at most SEGMENTS segments, so that most packets span several pages
    make_coded.py sbr IN.aac OUT.aac                the frames of a mono AAC-LC stream with spectral band replication
"""
import random, struct, sys


def sound(channels, bits, samples):
    """Tones, noise, silence and full-scale clicks. Channels differ; the same arguments give the same samples."""
    import math
    chance = random.Random(channels * 100 + bits)
    top = (1 << (bits - 1)) - 1
    width = (bits + 7) // 8
    out = bytearray()
    for n in range(samples):
        for c in range(channels):
            x = 0.5 * math.sin(n * 0.02 * (c + 1)) + 0.1 * chance.uniform(-1, 1)
            value = int(x * top) if n % 9000 < 8500 or n % 9000 >= 8800 else 0
            if n % 9000 < 2000 and n % 977 == c:
                value = top if n % 2 else -top - 1
            out += (value & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    return bytes(out)


def wave(channels, bits, rate, samples):
    """Uses WAVE_FORMAT_EXTENSIBLE, which has a field for the number of valid bits: the upper bits of each sample."""
    width = (bits + 7) // 8
    shift = 8 * width - bits
    data = bytearray()
    for n in range(0, len(samples), width):
        value = int.from_bytes(samples[n:n + width], "little", signed=True) << shift
        data += (value + (128 if width == 1 else 0)).to_bytes(width, "little", signed=width > 1)
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    fmt = struct.pack("<HHIIHHHHI", 0xFFFE, channels, rate, rate * channels * width, channels * width, 8 * width, 22, bits, 0)
    body = b"WAVEfmt " + struct.pack("<I", 40) + fmt + guid + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def crc(data, polynomial, width):
    register = 0
    for byte in data:
        register ^= byte << (width - 8)
        for _ in range(8):
            register = register << 1 ^ (polynomial if register >> (width - 1) else 0)
            register &= (1 << width) - 1
    return register


def coded_number(number):
    """Codes the number as UTF-8 codes a character, extended to 36 bits (RFC 9639, section 9.1.5)."""
    if number < 0x80:
        return bytes([number])
    count = next(n for n in range(2, 8) if number < 1 << (5 * n + 1))
    tail = [0x80 | number >> 6 * i & 0x3F for i in reversed(range(count - 1))]
    return bytes([0xFF << (8 - count) & 0xFF | number >> 6 * (count - 1)] + tail)


def flac_frames(data):
    """STREAMINFO and the frames: each ends before the next sync code at which its CRC-16 matches."""
    offset = 4
    while True:
        last, length = data[offset] >> 7, int.from_bytes(data[offset + 1:offset + 4], "big")
        offset += 4 + length
        if last:
            break
    frames, number = [], 0
    while offset < len(data):
        end = offset
        while True:
            end = data.find(b"\xff\xf8", end + 1)
            end = len(data) if end < 0 else end
            if crc(data[offset:end], 0x8005, 16) == 0:
                break
        frames.append(data[offset:end])
        offset, number = end, number + 1
    return data[8:42], frames


def block_size(frame, header):
    code = frame[2] >> 4
    if code == 6:
        return frame[header] + 1
    if code == 7:
        return int.from_bytes(frame[header:header + 2], "big") + 1
    return 192 if code == 1 else 576 << (code - 2) if code < 6 else 256 << (code - 8)


def variable(sources):
    position, out, sizes, info = 0, b"", [], b""
    for source in sources:
        info, frames = flac_frames(open(source, "rb").read())
        for frame in frames:
            ones = (frame[4] ^ 0xFF).bit_length()
            number_end = 4 + max(1, 8 - ones)
            extra = {6: 1, 7: 2}.get(frame[2] >> 4, 0) + {12: 1, 13: 2, 14: 2}.get(frame[2] & 15, 0)
            size = block_size(frame, number_end)
            head = b"\xff\xf9" + frame[2:4] + coded_number(position) + frame[number_end:number_end + extra]
            head += bytes([crc(head, 0x07, 8)])
            body = head + frame[number_end + extra + 1:-2]
            out += body + crc(body, 0x8005, 16).to_bytes(2, "big")
            position += size
            sizes.append(size)
    info = bytearray(info)
    info[0:10] = struct.pack(">HH", min(sizes[:-1]), max(sizes)) + bytes(6)
    info[13] = info[13] & 0xF0 | position >> 32
    info[14:18] = struct.pack(">I", position & 0xFFFFFFFF)
    info[18:34] = bytes(16)
    return b"fLaC\x80\x00\x00\x22" + bytes(info) + out


def unknown_total(data):
    data = bytearray(data)
    data[8 + 13] &= 0xF0
    data[8 + 14:8 + 34] = bytes(20)
    return bytes(data)


def with_gain(gain, data):
    data = bytearray(data)
    first = data.index(b"OpusHead")
    data[first + 16:first + 18] = struct.pack("<h", gain)
    end = data.index(b"OggS", 4)
    data[22:26] = bytes(4)
    data[22:26] = struct.pack("<I", crc(data[:end], 0x04C11DB7, 32))
    return bytes(data)


def repaged(limit, data):
    """The Ogg Opus stream with pages of at most `limit` segments after its headers."""
    pages, offset = [], 0
    while offset < len(data):
        segments = data[offset + 26]
        lacing = data[offset + 27:offset + 27 + segments]
        end = offset + 27 + segments + sum(lacing)
        pages.append((data[offset:offset + 27], lacing, data[offset + 27 + segments:end]))
        offset = end
    packets, packet = [], b""
    for _, lacing, body in pages[2:]:
        for length in lacing:
            packet, body = packet + body[:length], body[length:]
            if length < 255:
                packets.append(packet)
                packet = b""
    segments = []  # (bytes, whether the segment ends a packet, samples up to its end)
    position = 0
    for packet in packets:
        position += 960
        count = len(packet) // 255 + 1
        segments += [(packet[255 * i:255 * (i + 1)], i == count - 1, position) for i in range(count)]
    last_granule = struct.unpack("<q", pages[-1][0][6:14])[0]
    out = b"".join(head + lacing + body for head, lacing, body in pages[:2])
    serial, begun = pages[0][0][14:18], True
    for sequence, first in enumerate(range(0, len(segments), limit), start=2):
        part = segments[first:first + limit]
        is_last = first + limit >= len(segments)
        granule = max((end for _, is_end, end in part if is_end), default=-1)
        flags = (0 if begun else 1) | (4 if is_last else 0)
        head = struct.pack("<4sBBq", b"OggS", 0, flags, last_granule if is_last else granule) + serial
        head += struct.pack("<IIB", sequence, 0, len(part)) + bytes(len(segment) for segment, _, _ in part)
        page = bytearray(head + b"".join(segment for segment, _, _ in part))
        page[22:26] = struct.pack("<I", crc(page, 0x04C11DB7, 32))
        out += page
        begun = part[-1][1]
    return out


def with_sbr(data):
    """Adds a fill element with SBR data (ISO/IEC 14496-3, 4.4.2.8) before the end element of every frame."""
    header = "1" + "0" + "0101" + "0110" + "000" + "00" + "0" + "0"  # present; resolution; start, stop, crossover; extras
    grid = "0" + "00" + "00" + "0"                                   # no extra data; FIXFIX, one envelope, low resolution
    body = "1101" + header + grid + "0" + "0" + "00" * 3 + "0111100"  # SBR; direction; inverse filters; first envelope
    body = body.ljust(8 * 24, "0")
    fill = "110" + "1111" + f"{len(body) // 8 - 14:08b}" + body
    out, offset = b"", 0
    while offset < len(data):
        length = (data[offset + 3] & 3) << 11 | data[offset + 4] << 3 | data[offset + 5] >> 5
        head, block = bytearray(data[offset:offset + 7]), data[offset + 7:offset + length]
        bits = "".join(f"{byte:08b}" for byte in block).rstrip("0")
        assert bits.endswith("111"), "the frame has no end element"
        bits = bits[:-3] + fill + "111"
        bits += "0" * (-len(bits) % 8)
        block = int(bits, 2).to_bytes(len(bits) // 8, "big")
        size = 7 + len(block)
        head[3] = head[3] & 0xFC | size >> 11
        head[4] = size >> 3 & 0xFF
        head[5] = head[5] & 0x1F | (size & 7) << 5
        out += bytes(head) + block
        offset += length
    return out


def main():
    verb, *rest = sys.argv[1:]
    if verb == "sound":
        sys.stdout.buffer.write(sound(*map(int, rest)))
    elif verb == "wave":
        sys.stdout.buffer.write(wave(*map(int, rest), sys.stdin.buffer.read()))
    elif verb == "unsigned8":
        sys.stdout.buffer.write(bytes(byte ^ 0x80 for byte in sys.stdin.buffer.read()))
    elif verb == "variable":
        open(rest[0], "wb").write(variable(rest[1:]))
    elif verb == "unknown-total":
        open(rest[1], "wb").write(unknown_total(open(rest[0], "rb").read()))
    elif verb == "gain":
        open(rest[2], "wb").write(with_gain(int(rest[0]), open(rest[1], "rb").read()))
    elif verb == "repage":
        open(rest[2], "wb").write(repaged(int(rest[0]), open(rest[1], "rb").read()))
    elif verb == "sbr":
        open(rest[1], "wb").write(with_sbr(open(rest[0], "rb").read()))


if __name__ == "__main__":
    main()
