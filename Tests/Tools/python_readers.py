#!/usr/bin/env python3
"""Python's wave, scipy and librosa: format, length, samples, and parts."""

import warnings
import wave as standard_wave

import librosa
import numpy
from mounted import Checks, Wave, digest, mounted
from scipy.io import wavfile

# It passes over chunks of metadata, and says so.
warnings.simplefilter("ignore", wavfile.WavFileWarning)

def as_floats(data, wave):
    """Samples from -1 to 1, channels in columns."""
    if wave.is_float:
        return numpy.frombuffer(data, "<f4").reshape(-1, wave.channels)
    width = wave.bits // 8
    padded = numpy.zeros((len(data) // width, 4), "u1")
    padded[:, 4 - width :] = numpy.frombuffer(data, "u1").reshape(-1, width)
    return (padded.view("<i4").reshape(-1, wave.channels) / 2**31).astype("float32")


checks = Checks()
with mounted() as mount:
    for name, path in mount.waves().items():
        wave = Wave(path)
        expected = {"rate": wave.rate, "channels": wave.channels, "frames": wave.frames, "bits": wave.bits, "sha256": wave.sha256}
        if not wave.is_float:
            with standard_wave.open(str(path)) as file:
                found = {
                    "rate": file.getframerate(), "channels": file.getnchannels(), "frames": file.getnframes(),
                    "bits": 8 * file.getsampwidth(), "sha256": digest(file.readframes(file.getnframes())),
                }
                checks.check("wave", name, expected, found)
                file.setpos(wave.frames // 2)
                checks.check("wave setpos", name, digest(wave.part(wave.frames // 2, 50)), digest(file.readframes(50)))
        rate, samples = wavfile.read(path)
        channels = 1 if samples.ndim == 1 else samples.shape[1]
        # Integers of 24 bits are in the upper bytes of 32.
        data = b"".join(value[1:] for value in (samples.tobytes()[at : at + 4] for at in range(0, samples.nbytes, 4))) \
            if wave.bits == 24 else samples.tobytes()
        found = {"rate": rate, "channels": channels, "frames": samples.shape[0], "bits": wave.bits, "sha256": digest(data)}
        checks.check("scipy", name, expected, found)
        if wave.bits in (16, 32):
            rate, mapped = wavfile.read(path, mmap=True)
            middle = mapped[wave.frames // 2 : wave.frames // 2 + 50].tobytes()
            del mapped
            checks.check("scipy mmap", name, digest(wave.part(wave.frames // 2, 50)), digest(middle))
        samples, rate = librosa.load(path, sr=None, mono=False, offset=0.1, duration=0.2)
        start, count = round(0.1 * wave.rate), round(0.2 * wave.rate)
        expected = as_floats(wave.part(start, min(count, wave.frames - start)), wave)
        found = samples.reshape(wave.channels, -1).T
        checks.check("librosa", name, {"rate": wave.rate, "same": True},
                     {"rate": rate, "same": found.shape == expected.shape and bool(numpy.array_equal(found, expected))})
checks.finish()
