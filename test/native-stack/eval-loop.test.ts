import { describe, expect, test } from 'vitest';
import { functionName, roleOf, stateOf } from '../../src/native-stack/eval-loop.js';

describe('roles of native functions', () => {
  test.each([
    '_PyEval_EvalFrameDefault',
    '_PyEval_EvalFrameDefault.cold',
    '_PyEval_EvalFrameDefault.lto_priv.0.cold',
    '_PyEval_EvalFrameDefault.constprop.0',
    '_PyEval_EvalFrameDefault@@LIBPYTHON',
    '_TAIL_CALL_CALL_FUNCTION_EX.llvm.1234',
  ])('%s runs Python', (symbol) => {
    expect(roleOf(symbol)).toBe('eval-loop');
  });

  test.each([
    '_PyEval_Vector',
    'PyEval_EvalCode',
    'PyObject_CallOneArg',
    'method_vectorcall',
    'slot_tp_call',
    'py::f:/a.py',
  ])('%s is plumbing', (symbol) => {
    expect(roleOf(symbol)).toBe('plumbing');
  });

  test.each([
    'my_PyEval_EvalFrameDefault',
    'PyObject_Repr',
    'type_call_of_mine',
    'PyRun_SimpleFile',
    'time_sleep',
    'py::jit:executor',
    null,
  ])('%s is shown', (symbol) => {
    expect(roleOf(symbol)).toBe('other');
  });

  test('a name is cut where a compiler or linker added to it', () => {
    expect(functionName('collect.constprop.0')).toBe('collect');
    expect(functionName('memcpy@@GLIBC_2.14')).toBe('memcpy');
    expect(functionName('.hidden')).toBe('.hidden');
  });
});

describe('what native frames say of a thread', () => {
  const state = (rawSymbol: string, inInterpreter = true) => stateOf([{ rawSymbol, inInterpreter }]);

  test('waiting for the GIL, dropping it, collecting: by exact function', () => {
    expect(state('take_gil.lto_priv.0')).toEqual({ gil: 'waiting', collecting: false });
    expect(state('drop_gil')).toEqual({ gil: 'dropping', collecting: false });
    expect(state('gc_collect_main')).toEqual({ gil: null, collecting: true });
  });

  test('not by a part of a name, nor in another library', () => {
    expect(state('my_take_gil')).toEqual({ gil: null, collecting: false });
    expect(state('gc_collect_main_table')).toEqual({ gil: null, collecting: false });
    expect(state('collect', false)).toEqual({ gil: null, collecting: false });
  });
});
