"""Runs the Python pystack's own command several times, each in a fork of a process that has loaded it: loading takes longer
than most looks. Argument: a list of argument lists as JSON. Prints a list of {"code", "stdout"}.
"""
import json
import os
import sys
import tempfile
import traceback

from pystack.__main__ import main


def run(arguments):
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            sys.argv = ['pystack'] + arguments
            leave(main)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        return {'code': os.WEXITSTATUS(status) if os.WIFEXITED(status) else None, 'stdout': out.read().decode('utf-8')}


def leave(function):
    """Ends this process as Python does when the function is all that it runs, but for what the parent has registered."""
    code = 0
    try:
        function()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


print(json.dumps([run(arguments) for arguments in json.loads(sys.argv[1])]))
