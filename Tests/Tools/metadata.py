#!/usr/bin/env python3
"""guano-py, wavinfo, exiftool and mediainfo: the format of each file; when it begins and how slow it is, in every view; and that a recording
has the facts of its source, whatever it is kept as."""

import datetime
import json
import re

import guano
import wavinfo
from mounted import RECORDER, Checks, Wave, mounted, run

FIELDS = ["Make", "Model", "Serial", "Loc Position", "Loc Elevation", "Original Filename", "Temperature Int"]


class Excerpt:
    """What a file of a view shows: a recording in the plain tree, from which of its samples on, and how many times slower."""

    def __init__(self, mount, name):
        name, _, clip = name.partition("@")
        self.first, self.slowness = 0, 1
        if name.startswith("x10/"):
            self.plain, self.slowness = name.removeprefix("x10/"), 10
        elif name.startswith("parts/"):
            self.plain = name.removeprefix("parts/").rsplit("/", 1)[0] + ".wav"
            number = int(re.search(r"_(\d+)\.wav$", name)[1])
            self.first = number * Wave(mount.folder / re.sub(r"_\d+\.wav$", "_000.wav", name)).frames
        elif name.startswith("by-date/"):
            data = (mount.folder / name).read_bytes()
            self.plain = next(plain for plain in mount.plain() if (mount.folder / plain).read_bytes() == data)
        else:
            self.plain = name
        self.rate = Wave(mount.folder / self.plain).rate
        self.first += (self.rate + 1) // 2 if clip else 0

    @property
    def start(self):
        """When its first sample was taken, by the clock of the recorder."""
        named = datetime.datetime.strptime("_".join(self.plain.removesuffix(".wav").split("_")[-2:]), "%Y%m%d_%H%M%S")
        return named + datetime.timedelta(seconds=self.first / self.rate)


checks = Checks()
with mounted() as mount:
    source = guano.GuanoFile(str(mount.card / RECORDER))
    for name, path in mount.waves().items():
        wave, excerpt = Wave(path), Excerpt(mount, name)
        information = wavinfo.WavInfoReader(str(path))
        expected = {"rate": wave.rate, "channels": wave.channels, "bits": wave.bits, "frames": wave.frames}
        checks.check("wavinfo", name, expected, {
            "rate": information.fmt.sample_rate, "channels": information.fmt.channel_count,
            "bits": information.fmt.bits_per_sample, "frames": information.data.frame_count})
        media = json.loads(run("mediainfo", "--Output=JSON", path))["media"]["track"]
        audio = next(track for track in media if track["@type"] == "Audio")
        expected = {"rate": wave.rate, "channels": wave.channels, "bits": wave.bits, "has the length": True}
        checks.check("mediainfo", name, expected, {
            "rate": int(float(audio["SamplingRate"])), "channels": int(audio["Channels"]), "bits": int(audio["BitDepth"]),
            "has the length": abs(float(audio["Duration"]) - wave.frames / wave.rate) < 0.002})
        tags = json.loads(run("exiftool", "-json", "-n", "-api", "largefilesupport=1", path))[0]
        expected = {"rate": wave.rate, "channels": wave.channels, "bits": wave.bits, "warning": None}
        checks.check("exiftool", name, expected, {
            "rate": tags["SampleRate"], "channels": tags["NumChannels"], "bits": tags["BitsPerSample"], "warning": tags.get("Warning")})
        # Files that are their sources have what those have.
        is_source = wave.chunks.keys() == {b"fmt ", b"data"}
        # guano-py, by Python's wave, cannot read floats.
        if is_source or wave.is_float:
            continue
        found = guano.GuanoFile(str(path))
        # Microseconds are rounded down.
        late = (excerpt.start - found["Timestamp"].replace(tzinfo=None)).total_seconds()
        expected = {"has the start": True, "rate": excerpt.rate, "TE": None if excerpt.slowness == 1 else 10}
        checks.check("guano-py", name, expected, {
            "has the start": 0 <= late < 2e-6, "rate": found["Samplerate"], "TE": found.get("TE")})
        if b"bext" in wave.chunks:
            midnight = excerpt.start.replace(hour=0, minute=0, second=0, microsecond=0)
            # Time references count samples of this file; its first second is that of the clock.
            reference = round((excerpt.start - midnight).total_seconds() * wave.rate)
            checks.check("wavinfo, bext", name, {
                "date": excerpt.start.strftime("%Y-%m-%d"), "time": excerpt.start.strftime("%H:%M:%S"), "reference": reference}, {
                "date": information.bext.originator_date, "time": information.bext.originator_time,
                "reference": information.bext.time_reference})
            checks.check("exiftool, bext", name, excerpt.start.strftime("%Y:%m:%d %H:%M:%S"), tags.get("DateTimeOriginal"))
        if excerpt.plain.endswith(RECORDER):
            checks.check("guano-py, facts", name, {field: str(source.get(field)) for field in FIELDS},
                         {field: str(found.get(field)) for field in FIELDS})
            checks.check("guano-py, zone", name, source["Timestamp"].utcoffset(), found["Timestamp"].utcoffset())
checks.finish()
