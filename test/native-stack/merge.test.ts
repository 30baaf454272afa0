import { describe, expect, test } from 'vitest';
import { type MergeInput, type MergeOptions, mergeStacks } from '../../src/native-stack/merge.js';
import type { Frame, NativeFrame, PythonFrame, StackEnding } from '../../src/snapshot.js';

const COMPLETE: StackEnding = { kind: 'complete', reason: null };
const CUT: StackEnding = { kind: 'truncated', reason: 'for a test' };
const EVAL = '_PyEval_EvalFrameDefault';

/** `jit`: code of no file. */
function native(rawSymbol: string, inlined = false): NativeFrame {
  if (rawSymbol === 'jit') return { ...native('', inlined), symbol: 'jit', rawSymbol: null, library: null };
  const rest = { library: 'lib.so', address: '0x1', offset: 0, file: null, line: null };
  return { kind: 'native', symbol: rawSymbol, rawSymbol, inlined, ...rest };
}

/** `>f`: an entry frame. */
function python(text: string): PythonFrame {
  return {
    kind: 'python',
    function: text.replace('>', ''),
    isEntry: text.startsWith('>'),
    qualname: null,
    file: 'x.py',
    line: 1,
    endLine: null,
    column: null,
    endColumn: null,
    source: null,
  };
}

/** Outermost first; Python frames as `name()`, marked ones with `?`. */
function merge(natives: string, pythons: string, more: Partial<MergeInput> = {}, options: MergeOptions = {}) {
  const words = (text: string) => text.split(' ').filter((word) => word !== '');
  const result = mergeStacks(
    {
      native: words(natives).map((word) => native(word)),
      python: words(pythons).map(python),
      nativeEnding: COMPLETE,
      pythonEnding: COMPLETE,
      ...more,
    },
    options,
  );
  const text = (frame: Frame) =>
    frame.kind === 'native' ? frame.symbol : `${frame.function}()${frame.problem === undefined ? '' : '?'}`;
  return { frames: result.frames.map(text).join(' '), problem: result.problem };
}

describe('stacks that fit', () => {
  test('each evaluation loop gives way to its entry frame and what that called', () => {
    expect(merge(`main ${EVAL} sort ${EVAL} sleep`, '>a b >c d e')).toEqual({
      frames: 'main a() b() sort c() d() e() sleep',
      problem: null,
    });
  });

  test('compiled Python stands for the loop that its stack does not show, where the numbers fit then', () => {
    expect(merge('main jit jit sleep', '>a b')).toEqual({ frames: 'main a() b() sleep', problem: null });
    expect(merge(`main ${EVAL} sort jit sleep`, '>a >b')).toEqual({ frames: 'main a() sort b() sleep', problem: null });
    expect(merge(`main ${EVAL} jit sleep`, '>a b')).toEqual({ frames: 'main a() b() jit sleep', problem: null });
    expect(merge('main jit f jit sleep', '>a').problem).not.toBeNull();
  });

  test('a loop of some hundred thousand frames, and as many that have no place', () => {
    const frames = Array.from({ length: 300_000 }, (_, i) => python(i === 0 ? '>f' : 'f'));
    const one = mergeStacks({ native: [native(EVAL)], python: frames, nativeEnding: COMPLETE, pythonEnding: COMPLETE });
    expect(one.frames).toHaveLength(300_000);
    const none = mergeStacks({ native: [native('f')], python: frames, nativeEnding: CUT, pythonEnding: COMPLETE });
    expect(none.frames).toHaveLength(300_001);
  });

  test('plumbing is hidden, or shown on demand', () => {
    expect(merge(`main PyEval_EvalCode ${EVAL} method_vectorcall f`, '>a').frames).toBe('main a() f');
    expect(merge(`PyEval_EvalCode ${EVAL} f`, '>a', {}, { verbose: true }).frames).toBe('PyEval_EvalCode a() f');
  });

  test('only the native frames after the last Python frame', () => {
    expect(merge(`main ${EVAL} sort ${EVAL} sleep nanosleep`, '>a >b', {}, { onlyLast: true }).frames).toBe(
      'a() b() sleep nanosleep',
    );
  });

  test('an instruction function belongs to the loop that called it', () => {
    expect(merge(`main ${EVAL} _TAIL_CALL_CALL sort _TAIL_CALL_CALL f`, '>a >b').frames).toBe('main a() sort b() f');
  });

  test('a thread without Python', () => {
    expect(merge('start worker', '').frames).toBe('start worker');
  });

  test('no native frame at all', () => {
    expect(merge('', '>a b')).toEqual({ frames: 'a() b()', problem: null });
  });
});

describe('stacks that do not fit', () => {
  test('a loop that has just been entered runs nothing yet', () => {
    expect(merge(`main ${EVAL} sort ${EVAL} f`, '>a b')).toEqual({
      frames: `main a() b() sort ${EVAL} f`,
      problem: null,
    });
  });

  test('a native stack that was cut off: the outer Python frames come before it', () => {
    const { frames, problem } = merge(`sort ${EVAL} f`, '>a b >c', { nativeEnding: CUT });
    expect(frames).toBe('a() b() sort c() f');
    expect(problem).toBeNull();
  });

  test('a Python stack that was cut off: the outer loops stay as they are', () => {
    expect(merge(`main ${EVAL} sort ${EVAL} f`, 'x >c', { pythonEnding: CUT }).problem).toBeNull();
    expect(merge(`main ${EVAL} sort ${EVAL} f`, 'c', { pythonEnding: CUT }).frames).toBe(`main ${EVAL} sort c() f`);
  });

  test('loops without a symbol: all frames stay, those without a place are marked', () => {
    expect(merge(`main ${EVAL} f`, '>a >b >c').frames).toBe('main a()? b()? c() f');
    expect(merge('main f', '>a b').frames).toBe('main f a()? b()?');
  });

  test('greenlets: loops outside of the running one belong to others', () => {
    const boot = '_ZN8greenlet12UserGreenlet15inner_bootstrapEP9_greenletP7_object';
    expect(merge(`main ${EVAL} switch ${boot} ${EVAL} sort ${EVAL} f`, '>a >b')).toEqual({
      frames: `main ${EVAL} switch ${boot} a() sort b() f`,
      problem: null,
    });
  });

  test('several loops too many: the innermost is surest', () => {
    const { frames, problem } = merge(`main ${EVAL} g ${EVAL} h ${EVAL} f`, '>a');
    expect(frames).toBe(`main ${EVAL} g ${EVAL} h a() f`);
    expect(problem).toContain('paired from the innermost');
  });
});
