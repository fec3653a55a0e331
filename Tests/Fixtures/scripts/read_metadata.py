"""Prints what guano-py, wavinfo, exiftool, ffprobe and soxi say of the WAV file argv[1], as one JSON object."""

import json
import re
import subprocess
import sys

from guano import GuanoFile
from wavinfo import WavInfoReader


def output(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def cues(wave):
    if not wave.cues:
        return []
    return [
        [cue.position, *(wave.cues.label_and_note(cue.name)), wave.cues.range(cue.name)]
        for cue in wave.cues.cues
    ]


path = sys.argv[1]
wave = WavInfoReader(path)
facts = {}
for namespace, key, value in GuanoFile(path).items_namespaced():
    facts[f"guano {namespace}|{key}" if namespace else f"guano {key}"] = str(value)
if wave.bext:
    for key, value in wave.bext.to_dict().items():
        facts[f"bext {key}"] = str(value)
if wave.info:
    for key, value in wave.info.to_dict().items():
        if value:
            facts[f"info {key}"] = value
facts["cues"] = json.dumps(cues(wave))
for key, value in json.loads(output("exiftool", "-json", "-RIFF:all", path))[0].items():
    facts[f"exiftool {key}"] = str(value)
tags = json.loads(output("ffprobe", "-v", "error", "-of", "json", "-show_format", path))["format"].get("tags", {})
for key, value in tags.items():
    facts[f"ffprobe {key}"] = value
for line in output("soxi", "-a", path).splitlines():
    key, separator, value = line.partition("=")
    if separator:
        facts[f"soxi {key}"] = value
facts["soxi duration"] = re.sub(r"0+$", "", output("soxi", "-D", path).strip())
json.dump(facts, sys.stdout)
