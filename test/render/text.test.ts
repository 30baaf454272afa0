import { describe, expect, test } from 'vitest';
import { type Palette, PLAIN } from '../../src/render/palette.js';
import { renderText, type TextOptions } from '../../src/render/text.js';
import type { Frame, PythonFrame, Thread } from '../../src/snapshot.js';
import { nativeFrame, pythonFrame, snapshot, thread, value } from './samples.js';

const main = (fields: Partial<Thread> = {}) =>
  thread({
    tid: 100,
    name: 'MainThread',
    isMain: true,
    frames: [
      pythonFrame({
        function: '<module>',
        qualname: '<module>',
        line: 3,
        source: { text: 'main()', start: 0, end: 6, status: 'current' },
      }),
    ],
    ...fields,
  });

const MARKED: Palette = { ...PLAIN, executing: (text) => `<${text}>`, faint: (text) => `~${text}~` };

const lines = (fields: Partial<Thread>, options?: TextOptions) =>
  renderText(snapshot({ threads: [thread(fields)] }), options)
    .split('\n')
    .slice(0, -1);
const os = (activity: 'running' | 'waiting') => ({ state: null, activity, syscall: null, waitingOn: null, runs: null });
const header = (fields: Partial<Thread>) => lines(fields)[0];
const shown = (frame: Partial<PythonFrame>, palette = PLAIN) =>
  lines({ frames: [pythonFrame(frame)] }, { palette }).slice(1);

test('the shape: header, oldest frame first, source, a blank line between threads', () => {
  const outer = pythonFrame({
    function: 'run',
    qualname: null,
    line: 9,
    source: { text: '    handle()', start: 4, end: 12, status: 'current' },
  });
  const worker = thread({ gil: 'holding', gc: true, frames: [outer, pythonFrame()] });
  expect(renderText(snapshot({ threads: [worker, main()] }))).toBe(
    [
      'Traceback for thread 112 (worker-3) [Has the GIL,Garbage collecting] (most recent call last):',
      '    (Python) File "/srv/app.py", line 9, in run',
      '        handle()',
      '    (Python) File "/srv/app.py", line 17, in Server.handle',
      '        self.queue.get()',
      '',
      'Traceback for thread 100 (MainThread) [Without the GIL] (most recent call last):',
      '    (Python) File "/srv/app.py", line 3, in <module>',
      '        main()',
      '',
    ].join('\n'),
  );
});

describe('the header', () => {
  test.each<[Partial<Thread>, string]>([
    [{}, '[Without the GIL]'],
    [{ os: os('waiting') }, '[Waiting]'],
    [{ os: os('running') }, '[In C without the GIL]'],
    [{ gil: 'holding', os: os('running') }, '[Has the GIL]'],
    [{ gil: 'holding', os: os('waiting') }, '[Has the GIL,Waiting]'],
    [{ gil: 'waiting', os: os('waiting') }, '[Waiting for the GIL]'],
    [{ gil: 'unknown', os: os('running') }, '[GIL state unknown,Running]'],
    [{ gil: 'holding' }, '[Has the GIL]'],
    [{ gil: 'waiting' }, '[Waiting for the GIL]'],
    [{ gil: 'dropping' }, '[Dropping the GIL]'],
    [{ gil: 'disabled' }, '[State unknown]'],
    [{ gil: 'disabled', os: os('running') }, '[Running]'],
    [{ gil: 'disabled', attachment: 'attached' }, '[Running Python]'],
    [{ gil: 'disabled', attachment: 'suspended' }, '[Paused by the interpreter]'],
    [{ gil: 'disabled', attachment: 'attached', os: os('waiting') }, '[Attached,Waiting]'],
    [{ gil: 'disabled', attachment: 'suspended', os: os('waiting') }, '[Paused by the interpreter]'],
    [{ gil: 'disabled', attachment: 'detached', os: os('running') }, '[In C code]'],
    [{ gil: 'disabled', attachment: 'detached', os: os('waiting') }, '[Waiting]'],
    [{ gil: 'disabled', attachment: 'detached' }, '[State unknown]'],
    // Where there is a GIL, it says the same and more.
    [{ gil: 'holding', attachment: 'attached' }, '[Has the GIL]'],
    [{ gil: 'unknown', gc: null }, '[GIL state unknown,Garbage collection unknown]'],
    [{ gc: true }, '[Garbage collecting]'],
    [{ status: 'terminated', gil: 'holding' }, '[Thread terminated,Has the GIL]'],
    [{ status: 'unstarted' }, '[Thread not started]'],
    [{ isPython: false, gil: 'unknown', gc: null }, '[Not known to Python]'],
    [{ isPython: false, gil: 'none', os: os('running') }, '[Running]'],
    [{ gil: 'holding', gc: true, os: os('waiting') }, '[Has the GIL,Waiting,Garbage collecting]'],
  ])('%o: %s', (fields, words) => {
    expect(header(fields)).toBe(`Traceback for thread 112 (worker-3) ${words} (most recent call last):`);
  });

  test("without a name from threading it is the system's, without that none", () => {
    expect(header({ name: null })).toContain('thread 112 (python3) [Without the GIL]');
    expect(header({ name: null, osName: null })).toContain('thread 112 [Without the GIL] (most');
  });

  test('a thread that has ended has no id any more', () => {
    expect(header({ tid: null, status: 'terminated' })).toContain('for thread 0 (worker-3) [Thread terminated]');
    expect(header({ tid: null, status: 'alive' })).toContain('for thread ? (worker-3) [Without the GIL]');
  });

  test('a name cannot act on the terminal or fake a line', () => {
    expect(header({ name: '\u001b[2J\nTraceback' })).toContain('(\\x1b[2J\\nTraceback)');
  });

  test('an empty stack', () => {
    expect(lines({ frames: [] })).toEqual(['The frame stack for thread 112 is empty']);
  });
});

test('several interpreters: one paragraph for each system thread', () => {
  const threads = [
    thread({ interpreterId: 0, gil: 'holding' }),
    thread({ interpreterId: 2, frames: [] }),
    main({ interpreterId: null }),
  ];
  expect(renderText(snapshot({ threads }))).toBe(
    [
      'Traceback for thread 112 (worker-3) (most recent call last):',
      '  In the main interpreter [Has the GIL]',
      '    (Python) File "/srv/app.py", line 17, in Server.handle',
      '        self.queue.get()',
      '  In interpreter 2 [Without the GIL]',
      '',
      'Traceback for thread 100 (MainThread) (most recent call last):',
      '  Not currently attached to any interpreter [Without the GIL]',
      '    (Python) File "/srv/app.py", line 3, in <module>',
      '        main()',
      '',
    ].join('\n'),
  );
});

describe('a Python frame', () => {
  test('an unknown line is said to be unknown', () => {
    expect(shown({ line: null, source: null })).toEqual(['    (Python) File "/srv/app.py", line ?, in Server.handle']);
  });

  test('of one source line, each shows its own function, file, line and variables', () => {
    const source = { text: 'f()', start: null, end: null, status: 'current' as const };
    const value = (repr: string) => ({ type: 'int', repr, truncated: false, redacted: false });
    const variable = (repr: string) => ({ name: 'n', kind: 'local' as const, value: value(repr) });
    const [first] = main().frames;
    if (first?.kind !== 'python') throw new Error('no Python frame');
    const frame = { ...first, source, file: '/a.py', line: 1, function: 'f', qualname: 'f' };
    const frames = [
      { ...frame, arguments: [], locals: [variable('1')] },
      { ...frame, arguments: [], locals: [variable('2')] },
      { ...frame, qualname: 'g', arguments: [], locals: [] },
      { ...frame, qualname: null, function: 'h', arguments: [], locals: [] },
      { ...frame, file: '/b.py', arguments: [], locals: [] },
      { ...frame, line: 2, arguments: [], locals: [] },
    ];
    const text = renderText(snapshot({ threads: [main({ frames })] }));
    expect(
      [...text.matchAll(/File "(.*)", line (\d), in (.)\n {8}f\(\)|n: (\d)/g)].map(([, ...found]) => found.join('')),
    ).toEqual(['/a.py1f', '1', '/a.py1f', '2', '/a.py1g', '/a.py1h', '/b.py1f', '/a.py2f']);
  });

  test('marks the executing columns', () => {
    const source = { text: '\tx = f(a,\tg())  # é', start: 5, end: 14, status: 'current' as const };
    expect(shown({ source }, MARKED)[1]).toBe('        x = <f(a,    g())>  # é');
  });

  test('marks to the end of the line where the executing part goes on below', () => {
    const source = { text: '  f(a,  ', start: 2, end: null, status: 'current' as const };
    expect(shown({ source }, MARKED)[1]).toBe('        <f(a,>');
  });

  test.each([
    [0, 400],
    [-5, 3],
    [7, 2],
    [400, 500],
  ])('columns that cannot be (%i to %i) do no harm', (start, end) => {
    const source = { text: '  f(a)', start, end, status: 'current' as const };
    expect(shown({ source }, MARKED)[1]?.replaceAll(/[<>]/g, '')).toBe('        f(a)');
  });

  test('an unmarked or blank line', () => {
    expect(shown({ source: { text: ' f()', start: null, end: null, status: 'current' } }, MARKED)[1]).toBe(
      '        f()',
    );
    expect(shown({ source: { text: '   ', start: 0, end: 3, status: 'current' } })).toHaveLength(1);
  });

  test('a line of a changed file is never shown as the truth', () => {
    const source = { text: '  f(a)', start: 2, end: 6, status: 'modified' as const };
    expect(shown({ source }, MARKED)[1]).toBe('        ~f(a)  # file changed after the process started~');
  });

  test('what the target chose is harmless: file, function, source', () => {
    const frame = {
      qualname: 'f\u202e',
      file: '/a\u001b\udcff',
      source: { text: 'x\u009b = "\u2028"', start: null, end: null, status: 'current' as const },
    };
    expect(shown(frame)).toEqual([
      '    (Python) File "/a\\x1b\\udcff", line 17, in f\\u202e',
      '        x\\x9b = "\\u2028"',
    ]);
  });

  test('arguments and locals, problems where they are', () => {
    const frame = {
      arguments: [{ name: 'self', kind: 'argument' as const, value: value('<Server at 0x1>') }],
      locals: [
        { name: 'password', kind: 'local' as const, value: value('<redacted>', { redacted: true }) },
        { name: 'x', kind: 'cell' as const, value: value('<invalid object at 0x2: torn>', { problem: 'torn' }) },
        { name: 'y', kind: 'free' as const, value: value('[…]\u001b', { problem: 'cut' }) },
      ],
      problem: 'positions cannot be read',
    };
    expect(shown(frame).slice(2)).toEqual([
      '        * positions cannot be read',
      '      Arguments:',
      '        self: <Server at 0x1>',
      '      Locals:',
      '        password: <redacted>',
      '        x: <invalid object at 0x2: torn>',
      '        y: […]\\x1b (cut)',
    ]);
    expect(shown({ arguments: [], locals: [] })).toHaveLength(2);
  });
});

test('native frames', () => {
  const frames: Frame[] = [
    nativeFrame(),
    nativeFrame({ inlined: true, file: null, line: null }),
    nativeFrame({ symbol: null, library: null, file: null, line: null }),
  ];
  expect(lines({ frames, isPython: false, nativeEnding: { kind: 'truncated', reason: 'no unwind data' } })).toEqual([
    'Traceback for thread 112 (worker-3) [Not known to Python] (most recent call last):',
    '    (C) File "./Modules/timemodule.c", line 2159, in pysleep (/usr/lib/libpython3.12.so.1.0)',
    '    (C) File "???", line ?, in pysleep (inlined) (/usr/lib/libpython3.12.so.1.0)',
    '    (C) File "???", line ?, in 0x7f0000001234',
    '  * Native frames are missing: no unwind data',
  ]);
});

describe('notes under a thread', () => {
  const notes = (fields: Partial<Thread>, options?: TextOptions) => lines(fields, options).slice(3);
  test('a stack that ends early', () => {
    expect(notes({ ending: { kind: 'truncated', reason: 'cycle in frame links' } })).toEqual([
      '  * Outer frames are missing: cycle in frame links',
    ]);
  });

  test('a thread on the move', () => {
    expect(notes({ consistent: false, evidence: 'none' })).toEqual([
      '  * This thread was running while it was read; its frames may not belong together',
    ]);
    expect(notes({ consistent: false, evidence: 'stopped' })).toEqual([
      '  * Code of some of its frames cannot be read',
    ]);
    expect(notes({ consistent: false, movingFrames: 1 })).toEqual([
      '  * The innermost frame was moving while being read; only the outer ones are certain',
    ]);
    expect(notes({ consistent: false, movingFrames: 2 })[0]).toContain('The 2 innermost frames were moving');
  });

  test('where it waits: with -v, and when nothing was stopped', () => {
    const os = { state: 'S', activity: 'waiting' as const, syscall: 'futex', waitingOn: 'futex 0x7f', runs: null };
    const capture = { ...snapshot().capture, mode: 'non-blocking' as const };
    expect(notes({ os })).toEqual([]);
    expect(notes({ os }, { verbose: true })).toEqual(['  * In system call futex (futex 0x7f)']);
    expect(renderText(snapshot({ capture, threads: [thread({ os })] }))).toContain('In system call futex');
  });

  test('an exception', () => {
    expect(notes({ exception: value("ValueError('x')") })).toEqual(["  Exception: ValueError('x')"]);
  });
});

test('nothing to show is an empty text', () => {
  expect(renderText(snapshot({ threads: [] }))).toBe('');
});
