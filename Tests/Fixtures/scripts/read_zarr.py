"""Reads every array of a Zarr store with zarr-python and prints what it found, as JSON, for the tests of our writer.

Usage: read_zarr.py STORE

Nothing may make zarr-python warn: a warning is an error, except for folders that it does not know as nodes.
"""

import hashlib
import json
import sys
import warnings

import zarr

warnings.simplefilter("error")
warnings.filterwarnings("ignore", message="Object at .* is not recognized as a component of a Zarr hierarchy")

found = {"zarr": zarr.__version__, "groups": {}, "arrays": {}}
root = zarr.open_group(sys.argv[1], mode="r", zarr_format=3)
for path, node in [("", root), *root.members(max_depth=None)]:
    if isinstance(node, zarr.Group):
        found["groups"][path] = dict(node.attrs)
    else:
        values = node[...]
        little = values.astype(values.dtype.newbyteorder("<"), copy=False)
        found["arrays"][path] = {
            "shape": list(node.shape),
            "dtype": str(node.dtype),
            "chunks": list(node.chunks),
            "sha256": hashlib.sha256(little.tobytes()).hexdigest(),
            "attributes": dict(node.attrs),
        }
json.dump(found, sys.stdout)
