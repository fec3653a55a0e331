#!/usr/bin/env python3
"""Writes Tests/Fixtures/zarr-grid.json: small arrays made by zarr-python, and the bytes each must read as.

The grid holds every data type with each of the common codec chains, unsharded and sharded, and further chains, key
encodings and ranks for a few types. The same version of zarr-python writes the same file.

    python3 -m venv .venv && .venv/bin/pip install zarr==3.1.6
    .venv/bin/python Tests/Fixtures/scripts/make_zarr_grid.py

The file is {"expected": {name: base64}, "cases": [case]}; a case is {"name", "expected": name, "files": {key: text or
base64}}, where zarr.json is text and everything else base64. Expected bytes are the elements in C order, little-endian.
"""

import base64
import json
import pathlib
import tempfile
import unittest.mock
import warnings

import numpy as np
import zarr
from zarr.codecs import (
    BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec,
)

OUTPUT = pathlib.Path(__file__).parent.parent / "zarr-grid.json"

# The fill value: the value of elements in chunks that are not stored.
FILL = {
    "bool": True, "int8": -7, "int16": -300, "int32": -70_000, "int64": -(2**53) - 1,
    "uint8": 7, "uint16": 300, "uint32": 70_000, "uint64": 2**64 - 2,
    "float16": 1.5, "float32": float("-inf"), "float64": float("nan"),
    "complex64": complex(1.5, float("nan")), "complex128": complex(float("inf"), -0.25),
    "r24": b"\0\0\0",
}


def numpy_type(name):
    return np.dtype("V3") if name == "r24" else np.dtype(name)


def pattern(name, shape):
    """Element k of the array; the extremes of the type come first."""
    count = int(np.prod(shape))
    k = np.arange(count)
    if name == "bool":
        values = k % 3 == 0
    elif name == "r24":
        return (k * 40503 + 1).astype("<u4").view("u1").reshape(count, 4)[:, :3].copy().view("V3").reshape(shape)
    elif name.startswith(("int", "uint")):
        kind = np.dtype(name)
        values = ((k + 1).astype("u8") * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(64 - 8 * kind.itemsize)).astype(kind)
        extremes = np.array([np.iinfo(kind).min, np.iinfo(kind).max], kind)
        values[: len(extremes)] = extremes[:count]
    else:
        kind = np.dtype(name)
        part = np.dtype(f"f{kind.itemsize // 2}") if kind.kind == "c" else kind
        real = ((k - 10) * 1.37).astype(part)
        extremes = np.array([np.nan, np.inf, -np.inf, -0.0, np.finfo(part).max, np.finfo(part).smallest_subnormal], part)
        real[: len(extremes)] = extremes[:count]
        values = real if kind.kind == "f" else (real[::-1] + 0).astype(kind)
        if kind.kind == "c":
            values.imag = real
    return values.reshape(shape).astype(numpy_type(name))


def expected_bytes(data):
    return data.astype(data.dtype.newbyteorder("<")).tobytes(order="C")


class Grid:
    def __init__(self):
        self.expected, self.cases = {}, []

    def add(self, name, type_name, data, **options):
        with tempfile.TemporaryDirectory() as directory, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = pathlib.Path(directory)
            array = zarr.create_array(
                zarr.storage.LocalStore(root), shape=data.shape, dtype=numpy_type(type_name),
                fill_value=FILL[type_name], **options)
            array[...] = data
            assert expected_bytes(np.asarray(array[...])) == expected_bytes(data)
            files = {}
            for path in sorted(path for path in root.rglob("*") if path.is_file()):
                key = path.relative_to(root).as_posix()
                files[key] = (
                    document(path, type_name) if key == "zarr.json"
                    else base64.b64encode(path.read_bytes()).decode())
        values = f"{type_name} {'x'.join(map(str, data.shape))}"
        self.expected[values] = base64.b64encode(expected_bytes(data)).decode()
        self.cases.append({"name": name, "expected": values, "files": files})

    def write(self):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        OUTPUT.write_text(f'{{"expected":{json.dumps(self.expected, indent=0)},\n"cases":[\n{lines}\n]}}\n')
        print(f"{OUTPUT}: {len(self.cases)} arrays, {OUTPUT.stat().st_size} bytes, zarr {zarr.__version__}")


def document(path, type_name):
    """zarr.json as zarr-python wrote it, without white space. Its own name for a raw type is replaced by that of Zarr v3, r24."""
    document = json.loads(path.read_text())
    if type_name == "r24":
        document["data_type"], document["fill_value"] = "r24", list(FILL["r24"])
    return json.dumps(document, separators=(",", ":"))


def data_with_hole(name):
    """5 x 6 elements. The chunk of rows 2-3, columns 0-2 holds nothing but the fill value, so zarr-python does not write it."""
    data = pattern(name, (5, 6))
    data[2:4, 0:3] = np.array(FILL[name], numpy_type(name))
    return data


def sharding(codecs, chunk_shape=(2, 3), index_codecs=None, location="end"):
    return ShardingCodec(
        chunk_shape=chunk_shape, codecs=codecs, index_location=location,
        index_codecs=index_codecs or [BytesCodec(), Crc32cCodec()])


CHUNKS = dict(chunks=(2, 3))
SHARDS = dict(chunks=(4, 6), compressors=None)

# For every type.
COMMON = {
    "bytes": lambda size: dict(CHUNKS, compressors=None),
    "bytes big": lambda size: dict(CHUNKS, serializer=BytesCodec(endian="big"), compressors=None),
    "zstd": lambda size: dict(CHUNKS),
    "gzip": lambda size: dict(CHUNKS, compressors=[GzipCodec(level=5)]),
    "blosc": lambda size: dict(CHUNKS, compressors=[BloscCodec(cname="lz4", typesize=size, shuffle="shuffle")]),
    "crc32c": lambda size: dict(CHUNKS, compressors=[Crc32cCodec()]),
    "transpose, zstd big": lambda size: dict(
        CHUNKS, filters=[TransposeCodec(order=(1, 0))], serializer=BytesCodec(endian="big")),
    "sharded bytes": lambda size: dict(SHARDS, serializer=sharding([BytesCodec()])),
    "sharded bytes big": lambda size: dict(SHARDS, serializer=sharding([BytesCodec(endian="big")])),
    "sharded zstd": lambda size: dict(SHARDS, serializer=sharding([BytesCodec(), ZstdCodec()])),
    "sharded gzip": lambda size: dict(SHARDS, serializer=sharding([BytesCodec(), GzipCodec()])),
    "sharded blosc": lambda size: dict(
        SHARDS, serializer=sharding([BytesCodec(), BloscCodec(cname="zstd", typesize=size, shuffle="bitshuffle")])),
    "sharded transpose, crc32c": lambda size: dict(
        SHARDS, serializer=sharding([TransposeCodec(order=(1, 0)), BytesCodec(), Crc32cCodec()])),
}

# For two types.
FURTHER = {
    "zstd with checksum": dict(CHUNKS, compressors=[ZstdCodec(level=3, checksum=True)]),
    "crc32c, gzip, zstd, crc32c": dict(
        CHUNKS, compressors=[Crc32cCodec(), GzipCodec(), ZstdCodec(), Crc32cCodec()]),
    "blosc, gzip": dict(CHUNKS, compressors=[BloscCodec(cname="zlib", typesize=2, shuffle="noshuffle"), GzipCodec()]),
    "sharded, index at start": dict(SHARDS, serializer=sharding([BytesCodec()], location="start")),
    "sharded zstd, index at start, big, no checksum": dict(
        SHARDS,
        serializer=sharding([BytesCodec(), ZstdCodec()], index_codecs=[BytesCodec(endian="big")], location="start")),
    "sharded, index with two checksums": dict(
        SHARDS, serializer=sharding([BytesCodec()], index_codecs=[BytesCodec(), Crc32cCodec(), Crc32cCodec()])),
    "sharded, index transposed": dict(
        SHARDS, serializer=sharding(
            [BytesCodec()], index_codecs=[TransposeCodec(order=(2, 0, 1)), BytesCodec(endian="big"), Crc32cCodec()])),
    "transpose around shards": dict(
        chunks=(4, 6), filters=[TransposeCodec(order=(1, 0))], compressors=None,
        serializer=sharding([BytesCodec()], chunk_shape=(2, 2))),
    "shards compressed as a whole": dict(
        chunks=(4, 6), serializer=sharding([BytesCodec(), ZstdCodec()]), compressors=[GzipCodec(), Crc32cCodec()]),
    "shards in shards": dict(
        SHARDS, serializer=sharding([sharding([BytesCodec()], chunk_shape=(1, 3))], chunk_shape=(2, 6))),
    "zstd shards in shards": dict(
        SHARDS, serializer=sharding(
            [sharding([BytesCodec(), ZstdCodec()], chunk_shape=(1, 3)), GzipCodec()], chunk_shape=(2, 6),
            location="start")),
}


def main():
    grid = Grid()
    for type_name in FILL:
        data = data_with_hole(type_name)
        for name, options in COMMON.items():
            if type_name == "r24" and "sharded" in name:
                continue  # zarr-python cannot write these
            grid.add(f"{type_name} {name}", type_name, data, **options(numpy_type(type_name).itemsize))
    for type_name in ["uint8", "float64"]:
        for name, options in FURTHER.items():
            grid.add(f"{type_name} {name}", type_name, data_with_hole(type_name), **options)
    for compressor in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]:
        for shuffle in ["noshuffle", "shuffle", "bitshuffle"]:
            codec = BloscCodec(cname=compressor, clevel=9, shuffle=shuffle, typesize=2)
            grid.add(
                f"int16 blosc {compressor} {shuffle}", "int16", pattern("int16", (300,)), chunks=(300,),
                compressors=[codec])
    for name in ["default", "v2"]:
        for separator in [".", "/"]:
            encoding = dict(chunk_key_encoding={"name": name, "separator": separator})
            grid.add(f"keys {name} {separator}", "int16", data_with_hole("int16"), **CHUNKS, **encoding)
            grid.add(f"0-d, keys {name} {separator}", "int16", pattern("int16", ()), chunks=(), **encoding)
    grid.add("1-d bytes, sharded", "uint8", pattern("uint8", (100,)), chunks=(7,), shards=(28,), compressors=None)
    grid.add("1-d bytes, one chunk", "uint8", pattern("uint8", (100,)), chunks=(128,), compressors=None)
    cube = pattern("uint16", (4, 5, 6))
    grid.add(
        "3-d, transposed twice", "uint16", cube, chunks=(2, 3, 4), compressors=None,
        filters=[TransposeCodec(order=(2, 0, 1)), TransposeCodec(order=(0, 2, 1))])
    grid.add("3-d, sharded", "uint16", cube, chunks=(1, 2, 3), shards=(2, 4, 6))
    grid.add("empty", "int32", pattern("int32", (0, 3)), chunks=(1, 3))
    grid.write()


if __name__ == "__main__":
    # A gzip header holds the time of writing, which is fixed here.
    with unittest.mock.patch("gzip.time", **{"time.return_value": 0}):
        main()
