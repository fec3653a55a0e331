"""Writes the GUANO fields in the JSON object argv[2] into the WAV file argv[1] by guano-py."""

import json
import sys

from guano import GuanoFile

file = GuanoFile(sys.argv[1])
for key, value in json.loads(sys.argv[2]).items():
    file[key] = value
file.write(make_backup=False)
