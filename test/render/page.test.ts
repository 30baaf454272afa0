import { describe, expect, test } from 'vitest';
import { type PageOptions, pagePieces } from '../../src/render/page.js';
import { PLAIN } from '../../src/render/palette.js';
import type { Frame, Snapshot, Thread } from '../../src/snapshot.js';
import { coreSnapshot, nativeFrame, processInfo, pythonFrame, snapshot, thread, value } from './samples.js';

const OPTIONS: PageOptions = { palette: PLAIN, width: 100, fullPaths: false, isSecret: (name) => name === 'token' };
const page = (sample: Snapshot, options: Partial<PageOptions> = {}) =>
  [...pagePieces(sample, { ...OPTIONS, ...options })].join('');
/** What follows the head. */
const below = (sample: Snapshot, options: Partial<PageOptions> = {}) => {
  const text = page(sample, options);
  return text.slice(text.indexOf('\n\n') + 2);
};
const head = (fields: Partial<Snapshot>, options: Partial<PageOptions> = {}) =>
  page(snapshot(fields), options).split('\n\n')[0]?.split('\n') ?? [];

describe('the head', () => {
  test('which process, whose, since when, and how it was looked at', () => {
    const frames = [pythonFrame({ file: '/srv/shop/app.py' })];
    expect(head({ capturedAt: '2025-01-01T04:05:06.789Z', threads: [thread({ frames })] })).toEqual([
      'Process 100: python3 app.py',
      'CPython 3.12.1 · user www (1000) · up 3 d 4 h',
      'looked at 2025-01-01 04:05:06 UTC on web-1 · nothing was stopped · 1 thread',
      'files below /srv/shop/',
    ]);
  });

  test('what keeps it from running, and its children', () => {
    const conditions = [
      { kind: 'stopped' as const, detail: null },
      { kind: 'traced' as const, detail: 'by process 7 (gdb\u001b)' },
      { kind: 'frozen' as const, detail: null },
      { kind: 'swapped' as const, detail: '1.2 GiB' },
      { kind: 'main-thread-ended' as const, detail: null },
    ];
    const pythonChildren = Array.from({ length: 10 }, (_, i) => ({ pid: 200 + i, name: 'python3' }));
    expect(head({ process: processInfo({ conditions, pythonChildren }) }).slice(3)).toEqual([
      '* It is stopped by a signal and does not run until it gets SIGCONT',
      '* It is being traced by process 7 (gdb\\x1b), which may keep it stopped',
      '* It is frozen with its control group and does not run until that is thawed',
      '* It has 1.2 GiB of its memory swapped out to disk',
      '* It goes on without its main thread, which has ended',
      '10 child processes run Python: 200, 201, 202, 203, 204, 205, 206, 207, and 2 more (--children)',
    ]);
    const [child] = pythonChildren;
    const one = child ? [child] : [];
    expect(head({ process: processInfo({ pythonChildren: one }) })).toContain(
      '1 child process runs Python: 200 (--children)',
    );
  });

  test('in a container, threads stopped, a free-threaded build', () => {
    const python = { ...snapshot().python, freeThreaded: true, state: 'finalizing' } as Snapshot['python'];
    const capture = { ...snapshot().capture, stoppedThreads: 2, pauseMs: 0.123 };
    const process = processInfo({ container: '3f2a9c1b7d1e', user: null });
    expect(head({ python, capture, process, innerPid: 7 }).slice(1, 3)).toEqual([
      'CPython 3.12.1 (free-threaded) · shutting down · user 1000 · container 3f2a9c1b7d1e · pid 7 inside',
      '  up 3 d',
    ]);
    expect(head({ capture })).toContain(
      'looked at 2025-01-01 00:00:00 UTC on web-1 · 2 threads stopped for 0.12 ms · 1 thread',
    );
  });

  test('without secrets of the command line', () => {
    const line = [
      'python3',
      '-m',
      'a b',
      '--token',
      'abc',
      '--token=abc',
      'token=abc',
      'https://me:abc@host/',
      "it's",
      '',
    ];
    expect(head({ commandLine: line }, { width: 200 })[0]).toBe(
      `Process 100: python3 -m 'a b' --token <redacted> --token=<redacted> token=<redacted> https://me:<redacted>@host/ "it's" ''`,
    );
    expect(head({ commandLine: ['curl', 'Token: Bearer abc'] })[0]).toBe("Process 100: curl 'Token: Bearer abc'");
    expect(head({ commandLine: ['curl', 'token: Bearer abc'] })[0]).toBe('Process 100: curl token: <redacted>');
    expect(head({ commandLine: ['gunicorn: worker [api] token=abc'] })[0]).toBe(
      'Process 100: gunicorn: worker [api] token=<redacted>',
    );
  });

  test('bounded, and harmless', () => {
    const lines = head({ commandLine: ['python3', '-c', `\u001b[2J${'x'.repeat(5000)}`] }, { width: 60 });
    expect(lines[0]).toContain('\\x1b[2J');
    expect(lines.filter((line) => line.includes('xxx')).length).toBeLessThanOrEqual(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(64);
  });

  test('a core says when and where it was written', () => {
    const [first, second, third] = page(coreSnapshot()).split('\n');
    expect([first, second, third]).toEqual([
      'Core of process 100: python3 app.py',
      'CPython 3.12.1 · user www (1000) · up 3 d',
      'written 2025-01-01 00:00:00 UTC on web-1 · 1 thread',
    ]);
    expect(page(coreSnapshot({}, { process: null }))).toContain('written 2025-01-01 00:00:00 UTC · 1 thread\n');
  });
});

describe('folding', () => {
  const frame = (name: string, fields = {}) =>
    pythonFrame({ function: name, qualname: name, source: null, file: '/srv/shop/x.py', line: 4, ...fields });
  const shown = (frames: Frame[]) =>
    below(snapshot({ threads: [thread({ frames })] }))
      .split('\n')
      .slice(1, -1);
  const at = (name: string) => `    (Python) File "x.py", line 4, in ${name}`;

  test('recursion of one function', () => {
    const deep = Array.from({ length: 50_000 }, () => frame('f'));
    expect(shown([frame('main'), ...deep, frame('g')])).toEqual([
      at('main'),
      at('f'),
      at('f'),
      at('f'),
      '    … 49,997 more of f (x.py:4)',
      at('g'),
    ]);
  });

  test('of several in turn, also through C', () => {
    const turn = [frame('a'), nativeFrame({ symbol: 'call', file: 'c.c', line: 1 }), frame('b')];
    const frames = Array.from({ length: 10 }, () => turn).flat();
    const lines = shown([frame('main'), ...frames]);
    expect(lines[4]).toBe('    … 24 more of a (x.py:4), call (c.c:1), b (x.py:4)');
    // What it is at is shown, though it is one more of the same.
    expect(lines.slice(5)).toEqual(lines.slice(1, 4));
  });

  test('each frame that is shown is itself, with its own variables; what has no name is told by its address', () => {
    const deep = Array.from({ length: 10 }, (_, i) =>
      frame('f', { arguments: [{ name: 'n', kind: 'argument' as const, value: value(`${i}`) }], locals: [] }),
    );
    expect(shown(deep).filter((line) => line.includes(' n: '))).toEqual([0, 1, 2, 9].map((n) => `        n: ${n}`));
    const nameless = Array.from({ length: 6 }, (_, i) =>
      nativeFrame({ symbol: null, rawSymbol: null, file: null, line: null, library: '/x', address: `0x${i}` }),
    );
    expect(shown(nameless)).toHaveLength(6);
  });

  test('what differs in a line or a problem is not the same; few are shown', () => {
    const lines = Array.from({ length: 12 }, (_, i) => frame('f', { line: i }));
    expect(shown(lines)).toHaveLength(12);
    expect(shown(Array.from({ length: 3 }, () => frame('f')))).toHaveLength(3);
  });

  test('a deep stack without a pattern: its two ends', () => {
    const frames = Array.from({ length: 1000 }, (_, i) => frame(`f${i}`));
    const lines = shown(frames);
    expect(lines).toHaveLength(201);
    expect(lines[80]).toBe('    … 800 frames more (--plain shows all)');
    expect([lines[0], lines.at(-1)]).toEqual([at('f0'), at('f999')]);
  });

  test('how threading starts a thread; of a subclass, run is its own', () => {
    const start = (name: string) =>
      pythonFrame({
        function: name,
        qualname: `Thread.${name}`,
        file: '/usr/lib/python3.12/threading.py',
        source: null,
      });
    const outer = [start('_bootstrap'), start('_bootstrap_inner')];
    expect(shown([...outer, start('run'), frame('work')])).toEqual([
      '    … 3 frames in which threading starts the thread',
      at('work'),
    ]);
    const own = pythonFrame({ function: 'run', qualname: 'Worker.run', file: '/srv/shop/x.py', line: 4, source: null });
    expect(shown([...outer, own])[0]).toBe('    … 2 frames in which threading starts the thread');
    expect(shown([...outer, start('run')])).toHaveLength(3);
  });
});

describe('threads that stand at the same place', () => {
  const workers = (count: number, fields: Partial<Thread> = {}) =>
    Array.from({ length: count }, (_, i) => thread({ tid: 200 + i, name: `worker-${i}`, ...fields }));

  test('are shown once, with who they are', () => {
    const threads = [
      ...workers(2000),
      thread({ tid: 3000, name: 'odd', gil: 'holding' }),
      thread({ tid: 100, name: null }),
    ];
    expect(below(snapshot({ threads })).split('\n')).toEqual([
      'Traceback for 2001 threads (worker-0, worker-1, …, python3) [Without the GIL] (most recent call last):',
      '  ids: 100, 200-2199',
      '    (Python) File "/srv/app.py", line 17, in Server.handle',
      '        self.queue.get()',
      '',
      'Traceback for thread 3000 (odd) [Has the GIL] (most recent call last):',
      '    (Python) File "/srv/app.py", line 17, in Server.handle',
      '        self.queue.get()',
      '',
    ]);
  });

  test('not if what is known of them differs, or anything below', () => {
    const differ: Partial<Thread>[] = [
      { gil: 'waiting' },
      { innerTid: 7 },
      { consistent: false },
      { frames: [pythonFrame({ line: 18 })] },
      { exception: value('E()') },
      { ending: { kind: 'truncated', reason: 'cycle' } },
    ];
    const threads = [thread(), ...differ.map((fields, i) => thread({ tid: 300 + i, ...fields }))];
    expect(below(snapshot({ threads })).match(/^Traceback/gm)).toHaveLength(threads.length);
  });

  test('names that are all the same are one; ids that are not known are counted', () => {
    const text = below(snapshot({ threads: [thread({ tid: null }), thread({ tid: 5 }), thread({ tid: 9 })] }));
    expect(text).toMatch(/^Traceback for 3 threads \(worker-3\) .*\n {2}ids: 5, 9, 1 without an id\n/);
  });

  test('several interpreters: as in plain text', () => {
    const threads = [thread({ interpreterId: 0 }), thread({ interpreterId: 2 })];
    expect(below(snapshot({ threads })).match(/In (the main interpreter|interpreter 2)/g)).toHaveLength(2);
  });
});

test('paths: of the program, of packages, of the standard library', () => {
  const files = [
    '/home/me/shop/app.py',
    '/home/me/shop/lib/db.py',
    '/usr/lib/python3.12/threading.py',
    '/venv/lib/python3.12/site-packages/flask/app.py',
    '/usr/lib/python3/dist-packages/apt/cache.py',
    '<frozen importlib>',
  ];
  const sample = snapshot({ threads: [thread({ frames: files.map((file) => pythonFrame({ file, source: null })) })] });
  expect([...page(sample).matchAll(/File "(.*?)"/g)].map(([, file]) => file)).toEqual([
    'app.py',
    'lib/db.py',
    'python3.12/threading.py',
    'site-packages/flask/app.py',
    'dist-packages/apt/cache.py',
    '<frozen importlib>',
  ]);
  expect(page(sample)).toContain('files below /home/me/shop/ · python3.12/ is /usr/lib/python3.12/');
  expect([...page(sample, { fullPaths: true }).matchAll(/File "(.*?)"/g)].map(([, file]) => file)).toEqual(files);
});

test('a short path means one folder', () => {
  const files = ['/a/site-packages/x.py', '/b/site-packages/x.py', '/b/site-packages/y.py'];
  const sample = snapshot({ threads: [thread({ frames: files.map((file) => pythonFrame({ file, source: null })) })] });
  expect([...page(sample).matchAll(/File "(.*?)"/g)].map(([, file]) => file)).toEqual([
    '/a/site-packages/x.py',
    'site-packages/x.py',
    'site-packages/y.py',
  ]);
});

test('values are wrapped to the terminal, and bounded', () => {
  const locals = [{ name: 'x', kind: 'local' as const, value: value(`[${'1234567, '.repeat(200)}]`) }];
  const frames = [pythonFrame({ arguments: [], locals })];
  const lines = below(snapshot({ threads: [thread({ frames })] }), { width: 60 })
    .split('\n')
    .slice(3, -1);
  expect(lines[0]).toBe('      Locals:');
  expect(lines.slice(1)).toHaveLength(4);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  expect(lines.at(-1)).toMatch(/ …$/);
});
