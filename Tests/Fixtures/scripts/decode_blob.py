"""Decodes the coded audio of a recording in a Zarr store with PyAV and SoundFile, and compares it with a WAV file.

Usage: decode_blob.py STORE RECORDING WAV

Prints, as JSON, for each decoder how many samples per channel were compared and the greatest difference between 16-bit values.
"""

import io
import json
import sys

import av
import numpy
import soundfile
import zarr


def integers(frames):
    """Decoded frames as rows of 16-bit values."""
    parts = []
    for frame in frames:
        values = frame.to_ndarray()
        values = values.T if frame.format.is_planar else values.reshape(-1, frame.layout.nb_channels)
        if values.dtype.kind == "f":
            values = numpy.clip(numpy.rint(values * 32768.0), -32768, 32767)
        parts.append(values.astype(numpy.int64))
    return numpy.concatenate(parts)


def file_frames(blob, kind):
    """The decoded frames of a whole file of `kind`."""
    with av.open(io.BytesIO(blob), format=kind) as container:
        yield from container.decode(audio=0)


def opus_frames(group, blob):
    """The decoded frames of Opus packets without a container."""
    head = group["opus_head"][...].tobytes()
    decoder = av.CodecContext.create("libopus", "r")
    decoder.extradata = head
    decoder.sample_rate = 48000
    decoder.layout = {1: "mono", 2: "stereo"}[head[9]]
    decoder.open()
    for row in group["opus_index"][...].tolist():
        yield from decoder.decode(av.Packet(blob[row[0]:row[0] + row[1]]))
    yield from decoder.decode(None)


def difference(values, expected):
    """Compares as many samples as the WAV has; further decoded values are ignored."""
    count = min(len(values), len(expected))
    return {"samples": count, "difference": int(numpy.abs(values[:count] - expected[:count]).max())}


store, path, wav = sys.argv[1:]
group = zarr.open_group(store, mode="r", zarr_format=3)[path]
array = group["audio_data_blob_array"]
blob, codec = array[...].tobytes(), array.attrs["codec"]
expected = soundfile.read(wav, dtype="int16", always_2d=True)[0].astype(numpy.int64)
decoded = {}
if codec == "flac":
    decoded["pyAV"] = integers(file_frames(blob, "flac"))
    decoded["soundFile"] = soundfile.read(io.BytesIO(blob), dtype="int16", always_2d=True)[0].astype(numpy.int64)
elif codec == "aac":
    priming = group["aac_index"].attrs.get("priming_samples", array.attrs.get("priming_samples", 0))
    decoded["pyAV"] = integers(file_frames(blob, "aac"))[priming:]
elif codec == "opus":
    # libavcodec drops the pre-skip itself.
    decoded["pyAV"] = integers(opus_frames(group, blob))
json.dump({"expected": len(expected), **{name: difference(values, expected) for name, values in decoded.items()}}, sys.stdout)
