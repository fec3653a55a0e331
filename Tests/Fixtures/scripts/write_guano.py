"""Writes the GUANO fields in the JSON object argv[2] into the WAV file argv[1] by guano-py."""

import json
import sys

from guano import GuanoFile

file = GuanoFile(sys.argv[1])
text = "\n".join(f"{key}: {value}" for key, value in json.loads(sys.argv[2]).items())
for namespace, key, value in GuanoFile.from_string(text).items_namespaced():
    file[f"{namespace}|{key}" if namespace else key] = value
file.write(make_backup=False)
