"""A screen that nobody sees, for programs with windows."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


@contextlib.contextmanager
def screen():
    """The environment of programs that draw on a screen of their own (Xvfb), with a home folder of their own, and that folder."""
    if not shutil.which("Xvfb"):
        sys.exit("there is no Xvfb here")
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"], pass_fds=[write],
                              stderr=subprocess.DEVNULL)
    os.close(write)
    with tempfile.TemporaryDirectory(prefix="zarrwlr-desktop-", ignore_cleanup_errors=True) as home, os.fdopen(read) as display:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "WAYLAND_"))}
        environment |= {"HOME": home, "DISPLAY": f":{display.readline().strip()}", "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8"}
        try:
            yield environment, Path(home)
        finally:
            server.terminate()
            server.wait()
