#!/usr/bin/env python3
"""guano-py, wavinfo, exiftool and mediainfo: what they say of each recording is what its source says, whatever it is kept as."""

import json

import guano
import wavinfo
from mounted import Checks, Wave, mounted, run

FIELDS = ["Timestamp", "Make", "Model", "Serial", "Loc Position", "Loc Elevation", "Original Filename"]

checks = Checks()
with mounted() as mount:
    keeps_facts = bool(mount.views)
    for name, path in mount.waves().items():
        wave = Wave(path)
        information = wavinfo.WavInfoReader(str(path))
        checks.check("wavinfo", name, {"rate": wave.rate, "channels": wave.channels, "frames": wave.frames},
                     {"rate": information.fmt.sample_rate, "channels": information.fmt.channel_count,
                      "frames": information.data.frame_count})
        media = json.loads(run("mediainfo", "--Output=JSON", path))["media"]["track"]
        audio = next(track for track in media if track["@type"] == "Audio")
        checks.check("mediainfo", name, {"rate": wave.rate, "channels": wave.channels, "bits": wave.bits},
                     {"rate": int(float(audio["SamplingRate"])), "channels": int(audio["Channels"]), "bits": int(audio["BitDepth"])})
        tags = json.loads(run("exiftool", "-json", "-n", path))[0]
        checks.check("exiftool", name, {"rate": wave.rate, "channels": wave.channels, "bits": wave.bits},
                     {"rate": tags["SampleRate"], "channels": tags["NumChannels"], "bits": tags["BitsPerSample"]})
    for name, source in mount.sources.items():
        if not Wave(source).guano or not (keeps_facts or name.startswith("flac/")):
            continue
        expected, found = guano.GuanoFile(str(source)), guano.GuanoFile(str(mount.folder / name))
        checks.check("guano-py", name, {field: str(expected.get(field)) for field in FIELDS},
                     {field: str(found.get(field)) for field in FIELDS})
checks.finish()
