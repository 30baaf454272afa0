/**
 * What are the built-in types called, where their own memory is lost? They lie in the interpreter's data, which a core that
 * was cut has lost early; where each is, the symbols of the file tell.
 */
import type { Module } from './module.js';

/** By their symbols; `tp_name` of each, in every version that has it. */
const TYPES: Readonly<Record<string, string>> = {
  PyType_Type: 'type',
  PyBaseObject_Type: 'object',
  PyCode_Type: 'code',
  PyFrame_Type: 'frame',
  PyFunction_Type: 'function',
  PyCFunction_Type: 'builtin_function_or_method',
  PyMethod_Type: 'method',
  PyModule_Type: 'module',
  PyGen_Type: 'generator',
  PyCoro_Type: 'coroutine',
  PyAsyncGen_Type: 'async_generator',
  PyCell_Type: 'cell',
  PyBool_Type: 'bool',
  PyLong_Type: 'int',
  PyFloat_Type: 'float',
  PyComplex_Type: 'complex',
  PyUnicode_Type: 'str',
  PyBytes_Type: 'bytes',
  PyByteArray_Type: 'bytearray',
  PyTuple_Type: 'tuple',
  PyList_Type: 'list',
  PyDict_Type: 'dict',
  PySet_Type: 'set',
  PyFrozenSet_Type: 'frozenset',
  PySlice_Type: 'slice',
};

/** In Python 2. */
const PYTHON_2: Readonly<Record<string, string>> = {
  PyMethod_Type: 'instancemethod',
  PyLong_Type: 'long',
  PyInt_Type: 'int',
  PyUnicode_Type: 'unicode',
  PyString_Type: 'str',
};

/** Those that the module exports, by where they are in memory; none where its file was not opened. */
export function typesOf(module: Module): ReadonlyMap<number, string> {
  const types = new Map<number, string>();
  // It is not worth looking for a file, and missing it.
  const bias = module.dynamicSymbolAtHand('PyType_Type') === null ? undefined : module.biases[0];
  if (bias === undefined) return types;
  const isPython2 = module.dynamicSymbolAtHand('PyString_Type') !== null;
  const names = isPython2 ? { ...TYPES, PyBytes_Type: undefined, ...PYTHON_2 } : TYPES;
  for (const [symbol, name] of Object.entries(names)) {
    const found = name === undefined ? null : module.dynamicSymbolAtHand(symbol);
    if (found && name !== undefined) types.set(found.value + bias, name);
  }
  return types;
}
