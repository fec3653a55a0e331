#!/usr/bin/env python3
"""Python's wave, scipy and librosa: format, length, samples, and parts."""

import warnings
import wave as standard_wave

import librosa
import numpy
from floats import floats
from mounted import Checks, Wave, digest, mounted
from scipy.io import wavfile

# It passes over chunks of metadata, and says so.
warnings.simplefilter("ignore", wavfile.WavFileWarning)


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
        start, count = wave.frames // 4, wave.frames // 4
        samples, rate = librosa.load(path, sr=None, mono=False, offset=start / wave.rate, duration=count / wave.rate)
        found = samples.reshape(wave.channels, -1).T
        # It rounds times down to samples.
        is_same = any(numpy.array_equal(floats(wave.part(start - early, count), wave)[: len(found)], found) for early in (0, 1))
        checks.check("librosa", name, {"rate": wave.rate, "same": True, "complete": True},
                     {"rate": rate, "same": is_same, "complete": count - 1 <= len(found) <= count})
checks.finish()
