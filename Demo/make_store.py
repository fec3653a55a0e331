#!/usr/bin/env python3
"""Writes a small zarrwlr store of the recordings given, coded by the ffmpeg command line.

    make_store.py STORE.zarr GROUP CODEC FILE.wav...      CODEC: flac, aac or opus
"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile

import numpy
import zarr

OPTIONS = {
    "flac": ["-c:a", "flac", "-f", "flac"],
    "aac": ["-c:a", "aac", "-aac_pns", "0", "-b:a", "96k", "-f", "adts"],
    "opus": ["-c:a", "libopus", "-b:a", "64k", "-f", "ogg"],
}


def main():
    store, path, codec, *files = sys.argv[1:]
    group = zarr.open_group(store, mode="a", zarr_format=3).require_group(path)
    group.attrs.update({"magic_id": "zarrwlr_original_audio_group_fherb2_23091969052025", "version": [1, 0]})
    for number, file in enumerate(map(pathlib.Path, files)):
        with tempfile.NamedTemporaryFile() as coded:
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", file, *OPTIONS[codec], coded.name], check=True)
            blob = numpy.fromfile(coded.name, dtype=numpy.uint8)
        recording = group.create_group(str(number))
        recording.attrs.update({
            "type": "original_audio_file", "encoding": codec, "original_audio_data_array_version": [1, 0],
            "base_features": {"filename": file.name, "size_bytes": file.stat().st_size,
                              "sha256": hashlib.sha256(file.read_bytes()).hexdigest()},
        })
        array = recording.create_array(
            "audio_data_blob_array", shape=blob.shape, dtype=blob.dtype, chunks=(1 << 16,), shards=(1 << 22,),
            compressors=None)
        array[:] = blob
        array.attrs.update({"codec": codec, "first_sample_time_stamp": "2025-05-01T04:00:00+02:00"})


main()
