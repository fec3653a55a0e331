"""Reads every array of a Zarr store with zarr-python and prints its groups and arrays, as JSON, for the tests of the writer.

Usage: read_zarr.py STORE

A warning of zarr-python is an error, except that a folder is not a node of the hierarchy.
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
