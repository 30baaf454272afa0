"""Becomes pystack, which pip puts beside the environment's Python: one executable file that is no Python program."""

import csv
import glob
import os
import sys
import sysconfig

__version__ = "@VERSION@"

# `pystack` may be another project's; no other package has this name.
NAME = "pystack-node"


def find_program():
    """Path of the executable that was installed with this module; None: it is gone."""
    return next((path for path in places() if os.path.isfile(path)), None)


def places():
    """Where it can be: where the installer says, then where each way of installing puts programs."""
    here = os.path.dirname(os.path.abspath(__file__))
    packages = os.path.dirname(here)
    for record in glob.glob(os.path.join(glob.escape(packages), "pystack_node-*.dist-info", "RECORD")):
        with open(record, newline="") as file:
            for path in (row[0] for row in csv.reader(file) if row):
                if os.path.basename(path) == NAME:
                    yield os.path.normpath(os.path.join(packages, path))
    yield os.path.join(sysconfig.get_path("scripts"), NAME)
    # pip install --user, --target.
    yield os.path.join(sysconfig.get_path("scripts", "posix_user"), NAME)
    yield os.path.join(packages, "bin", NAME)


def main():
    """Becomes pystack; its exit code is this process's."""
    program = find_program()
    if program is None:
        sys.stderr.write(
            "pystack: %s, which is installed with this module, is not there\n"
            "Next step: pip install --force-reinstall pystack-node\n" % NAME
        )
        sys.exit(1)
    try:
        os.execv(program, [program] + sys.argv[1:])
    except OSError as error:
        sys.stderr.write(
            "pystack: it cannot be started: %s: %s\n"
            "Next step: pip install --force-reinstall pystack-node\n" % (program, error.strerror)
        )
        sys.exit(1)
