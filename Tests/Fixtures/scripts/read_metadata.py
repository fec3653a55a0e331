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


def other_chunks(path):
    """The chunks that none of the programs below reads, or only in part."""
    with open(path, "rb") as file:
        content = file.read()
    found, offset = {}, 12
    while offset + 8 <= len(content):
        size = int.from_bytes(content[offset + 4 : offset + 8], "little")
        name = content[offset : offset + 4].decode("latin-1")
        if name in ("iXML", "wamd", "_PMX", "id3 ", "axml", "inst"):
            # Without what makes the number of its bytes even.
            found[name] = content[offset + 8 : offset + 8 + size].rstrip(b" \0").hex()
        offset += 8 + size + size % 2
    return found


path = sys.argv[1]
wave = WavInfoReader(path)
facts = {f"chunk {name}": text for name, text in other_chunks(path).items()}
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
for name in ["project", "scene", "take", "tape", "family_uid", "family_name"]:
    if wave.ixml:
        facts[f"ixml {name}"] = str(getattr(wave.ixml, name))
if wave.smpl:
    for key, value in wave.smpl.to_dict().items():
        facts[f"smpl {key}"] = json.dumps(value, default=str)
for key, value in json.loads(output("exiftool", "-json", "-RIFF:all", "-XMP:all", "-XML:all", "-ID3:all", path))[0].items():
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
