# -*- coding: utf-8 -*-
"""Prints code objects as JSON lines: [co_firstlineno, line table in hexadecimal, positions by code unit].

A position is a line up to 3.10 and [line, endLine, column, endColumn] from 3.11 on, as CPython's own decoders tell.
"""
import binascii
import ctypes
import glob
import json
import os
import sys
import types

STRANGE = (
    'f(\n' + '\n' * 5000 + ')\n',
    'def a(): pass\n' + '\n' * 70000 + 'def b(): pass\n',
    'x = (%s)\n' % ' + '.join('name_%d' % i for i in range(400)),
    'x = [\n%s]\n' % ''.join('  %sf(%d),\n' % (' ' * (i % 300), i) for i in range(600)),
    'for x in y:\n  try:\n    a\n  except b as c:\n    continue\n  finally:\n    d\nelse:\n  e\n',
    'with a as b, c as d:\n  if (e\n      and f):\n    raise g\n',
    'async def f():\n  async with a as b:\n    async for c in d:\n      yield await e\n',
    '@a(\n  1)\n@b\nclass C(\n    D):\n  """doc"""\n  x: int = 1\n',
    'дом = функция("字符串" + \\\n  имя); b = 1; c = a.b.c[1:2](d)\n',
    'def f(a, b=1, *c, d, e=2, **g):\n  def h():\n    nonlocal a\n    a += b\n    return lambda: (yield a)\n  return h\n',
)


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            for inner in codes(constant):
                yield inner


def positions(code):
    if hasattr(code, 'co_positions'):
        return [list(position) for position in code.co_positions()]
    address_to_line = ctypes.pythonapi.PyCode_Addr2Line
    address_to_line.argtypes = ctypes.py_object, ctypes.c_int
    return [address_to_line(code, at) for at in range(0, len(code.co_code), 2)]


every = int(sys.argv[1])
library = sorted(glob.glob(os.path.join(os.path.dirname(os.__file__), '*.py')))[::every]
for name, source in [(path, open(path, 'rb').read()) for path in library] + [('strange', text) for text in STRANGE]:
    try:
        module = compile(source, name, 'exec')
    except SyntaxError:
        # Some of the strange ones are for later versions.
        continue
    for code in codes(module):
        table = code.co_linetable if hasattr(code, 'co_linetable') else code.co_lnotab
        sys.stdout.write(json.dumps([code.co_firstlineno, binascii.hexlify(table).decode('ascii'), positions(code)]) + '\n')
