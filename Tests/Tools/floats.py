"""The samples of a file as numbers."""

import numpy


def floats(data, wave):
    """Samples in the format of `wave`, from -1 to 1, channels in columns."""
    if wave.is_float:
        return numpy.frombuffer(data, "<f4").reshape(-1, wave.channels)
    width = wave.bits // 8
    padded = numpy.zeros((len(data) // width, 4), "u1")
    padded[:, 4 - width :] = numpy.frombuffer(data, "u1").reshape(-1, width)
    if width == 1:
        padded[:, 3] ^= 0x80
    return (padded.view("<i4").reshape(-1, wave.channels) / 2**31).astype("float32")
