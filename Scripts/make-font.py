#!/usr/bin/env python3
"""Writes the font of spectrograms, Sources/Spectrogram/Resources/font-7x14.

It is Misc Fixed 7x14 ("Public domain font.  Share and enjoy."), from Debian's package xfonts-base: the characters of Latin, Greek and
Cyrillic, and some signs. Each has 17 bytes: its number in Unicode (three, the first being the highest), and its 14 rows from the top,
whose highest bit is the leftmost pixel.

    Scripts/make-font.py [7x14.pcf.gz] > Sources/Spectrogram/Resources/font-7x14
"""
import gzip
import struct
import sys

WIDTH, HEIGHT = 7, 14
RANGES = [(0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x17F), (0x218, 0x21B), (0x370, 0x3FF), (0x400, 0x45F), (0x490, 0x491),
          (0x1E80, 0x1E9E), (0x2010, 0x2027), (0x2030, 0x203A), (0x20AC, 0x20AC), (0x2190, 0x2193), (0x2212, 0x2212),
          (0x2248, 0x2248), (0x2260, 0x2265), (0x2640, 0x2642), (0xFFFD, 0xFFFD)]
METRICS, BITMAPS, ENCODINGS = 1 << 2, 1 << 3, 1 << 5


def tables(data):
    """The tables of a file in the Portable Compiled Format, by their type: format and position."""
    magic, count = struct.unpack_from("<4si", data)
    assert magic == b"\1fcp"
    entries = [struct.unpack_from("<4i", data, 8 + 16 * index) for index in range(count)]
    return {kind: (form, offset) for kind, form, _, offset in entries}


def metrics(data, form, offset):
    """Of each glyph: left bearing, width, rows above the base line, rows below it."""
    order = ">" if form & 4 else "<"
    if form & 0x100:
        (count,) = struct.unpack_from(order + "H", data, offset + 4)
        for index in range(count):
            left, right, _, ascent, descent = (value - 0x80 for value in data[offset + 6 + 5 * index:][:5])
            yield left, right - left, ascent, descent
    else:
        (count,) = struct.unpack_from(order + "i", data, offset + 4)
        for index in range(count):
            left, right, _, ascent, descent, _ = struct.unpack_from(order + "5hH", data, offset + 8 + 12 * index)
            yield left, right - left, ascent, descent


def main(path):
    data = gzip.open(path).read()
    places = tables(data)
    shapes = list(metrics(data, *places[METRICS]))

    form, offset = places[BITMAPS]
    order, padding = (">" if form & 4 else "<"), 1 << (form & 3)
    assert form & 8, "the most significant bit comes first"
    (count,) = struct.unpack_from(order + "i", data, offset + 4)
    starts = struct.unpack_from(f"{order}{count}i", data, offset + 8)
    bitmaps = offset + 8 + 4 * count + 16

    form, offset = places[ENCODINGS]
    order = ">" if form & 4 else "<"
    first, last, first_high, last_high, _ = struct.unpack_from(order + "5h", data, offset + 4)

    def rows(glyph):
        left, width, ascent, descent = shapes[glyph]
        stride = (width + 8 * padding - 1) // (8 * padding) * padding
        shown = [0] * HEIGHT
        for row in range(ascent + descent):
            line = data[bitmaps + starts[glyph] + row * stride]
            place = 12 - ascent + row
            if 0 <= place < HEIGHT:
                shown[place] = (line >> left if left >= 0 else line << -left) & 0xFF
        return bytes(shown)

    for low, high in RANGES:
        for number in range(low, high + 1):
            row, column = number >> 8, number & 0xFF
            if not (first_high <= row <= last_high and first <= column <= last):
                continue
            place = offset + 14 + 2 * ((row - first_high) * (last - first + 1) + column - first)
            (glyph,) = struct.unpack_from(order + "H", data, place)
            if glyph != 0xFFFF:
                sys.stdout.buffer.write(number.to_bytes(3, "big") + rows(glyph))


main(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/X11/misc/7x14.pcf.gz")
