import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Interrupted, type World } from '../../src/cli/world.js';
import { PystackError } from '../../src/errors.js';
import { coreSnapshot, pythonFrame, snapshot, thread } from '../render/samples.js';
import { runCli } from './world.js';

const RED = '\u001b[31m';
const YELLOW = '\u001b[33m';
const fails = (error: unknown) => () => {
  throw error;
};

describe('exit codes', () => {
  test('0: complete', async () => {
    const { code, stdout, stderr } = await runCli(['remote', '1'], snapshot());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Traceback for thread 112 (worker-3) [Without the GIL]');
  });

  test('3: shown but incomplete, and stderr says what is missing in a line each', async () => {
    const warnings = [
      { code: 'stack-truncated' as const, message: 'thread 112: outer frames\nare missing\u001b[2J' },
      { code: 'thread-inconsistent' as const, message: 'thread 7 has ended' },
    ];
    const { code, stdout, stderr } = await runCli(['remote', '1'], snapshot({ complete: false, warnings }));
    expect(code).toBe(3);
    expect(stdout).toContain('Traceback');
    expect(stderr).toBe(
      'pystack: warning: thread 112: outer frames are missing\\x1b[2J (stack-truncated)\n' +
        'pystack: warning: thread 7 has ended (thread-inconsistent)\n',
    );
  });

  test('3 is never silent', async () => {
    const { code, stderr } = await runCli(['remote', '1'], snapshot({ complete: false }));
    expect({ code, stderr }).toEqual({ code: 3, stderr: 'pystack: warning: the result is incomplete\n' });
  });

  test('a doubt alone does not make it incomplete', async () => {
    const warnings = [{ code: 'source-modified' as const, message: '/a.py was changed' }];
    expect((await runCli(['remote', '1'], snapshot({ warnings }))).code).toBe(0);
  });

  test('1: nothing to show', async () => {
    const { code, stdout, stderr } = await runCli(['remote', '1'], snapshot({ threads: [] }));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('no Python thread');
  });
});

describe('errors', () => {
  test('message, cause, next step', async () => {
    const error = new PystackError('no-such-process', 'there is no process 99\u001b[2J', {
      cause: 'it has\nended',
      nextStep: 'ps aux',
    });
    const { code, stdout, stderr } = await runCli(['remote', '99'], fails(error));
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'pystack: there is no process 99\\x1b[2J\nCause: It has ended.\nNext step: ps aux\n',
    });
  });

  test('what the error does not say, the table of errors does', async () => {
    const { stderr } = await runCli(['remote', '99'], fails(new PystackError('zombie', 'process 99 is a zombie')));
    expect(stderr).toMatch(/Cause: The process has ended.*\nNext step: Look at the parent/);
  });

  test.each([[new TypeError('x is undefined')], ['a string'], [undefined], [{ a: 'thing' }]])(
    'what nobody expected (%o) is told as our fault, without a stack trace',
    async (thrown) => {
      const { code, stderr } = await runCli(['remote', '1'], fails(thrown));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^pystack: something unexpected happened: /);
      const verbose = await runCli(['-v', 'remote', '1'], fails(thrown));
      expect(verbose.stderr).toMatch(/Version: pystack \d+\.\d+\.\d+, test platform/);
      expect(stderr).toContain('-vv');
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test('-vv shows the stack trace, also of what is behind it', async () => {
    const error = new PystackError('internal', 'outer', { underlying: new RangeError('inner') });
    const { stderr } = await runCli(['-vv', 'remote', '1'], fails(error));
    expect(stderr).toMatch(/PystackError: outer\n\s+at /);
    expect(stderr).toMatch(/RangeError: inner\n\s+at /);
  });

  test('three lines of 100 columns; what was tried, seen and cut off is had with -v', async () => {
    const words = 'and one more clause that nobody needs at first, '.repeat(5);
    const error = new PystackError('permission', `no permission to read process 1: ${words}`, {
      cause: `it is so (because of ${words}), ${words}`,
      nextStep: `first this: pystack remote 1, ${words}`,
      tried: ['symbol: no'],
      seen: ['thread 1: sleeping'],
    });
    const { stderr } = await runCli(['remote', '1'], fails(error));
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    expect(lines[2]).toMatch(/^Next step: first this: pystack remote 1.* … \(-v\)$/);
    const verbose = await runCli(['remote', '1', '-v'], fails(error));
    expect(verbose.stderr).toContain(words.trim());
    expect(verbose.stderr).toContain('Tried:\n  symbol: no\nSeen nevertheless:\n  thread 1: sleeping\n');
  });

  test('--json: a document as well, also of a wrong command line', async () => {
    const error = new PystackError('zombie', 'process 7 has ended', { tried: ['a'], seen: ['b'] });
    const { code, stdout, stderr } = await runCli(['remote', '7', '--json'], fails(error));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      kind: 'error',
      error: {
        code: 'zombie',
        message: 'process 7 has ended',
        cause: expect.stringContaining('its memory is gone'),
        nextStep: expect.stringContaining('Look at the parent'),
      },
      exitCode: 1,
      tried: ['a'],
      seen: ['b'],
      core: null,
      threads: [],
    });
    expect(stderr).toMatch(/^pystack: process 7 has ended\n/);
    const usage = await runCli(['remote', '--json', 'x'], fails(error));
    expect(JSON.parse(usage.stdout)).toMatchObject({ error: { code: 'usage' }, exitCode: 2 });
  });

  test('a core that is a process id', async () => {
    const error = new PystackError('file-not-found', 'there is no file 9607');
    const { stderr } = await runCli(['core', '9607'], fails(error));
    expect(stderr).toMatch(
      /there is no file 9607\nCause: 9607 looks like a process id.*\nNext step: pystack remote 9607\n/,
    );
    expect((await runCli(['core', 'x9607'], fails(error))).stderr).not.toContain('process id');
  });

  test('a core without Python: what is known of it is shown first', async () => {
    const error = new PystackError('not-python', 'no', { core: coreSnapshot() });
    const { code, stdout } = await runCli(['core', 'x'], fails(error));
    expect(code).toBe(1);
    expect(stdout).toMatch(/Core file information:[\s\S]*generated on demand/);
    const { stdout: json } = await runCli(['core', 'x', '--json'], fails(error));
    expect(JSON.parse(json).core).toEqual(coreSnapshot().core);
  });

  test('causes in a circle end', async () => {
    const error = new Error('round');
    error.cause = error;
    expect((await runCli(['-vv', 'remote', '1'], fails(error))).code).toBe(1);
  });

  test('an output that cannot be written', async () => {
    const stdout = { write: fails(new PystackError('output', 'the result cannot be written', { cause: 'ENOSPC' })) };
    const { code, stderr } = await runCli(['remote', '1'], snapshot(), { world: { stdout } });
    expect(code).toBe(1);
    expect(stderr).toContain('Cause: ENOSPC.');
  });

  test('nor anything else', async () => {
    const sink = { write: fails(new Error('full')) };
    expect((await runCli(['remote', '1'], snapshot(), { world: { stdout: sink, stderr: sink } })).code).toBe(1);
  });
});

describe('colours', () => {
  const terminal = { stdoutIsTerminal: async () => true, stderrIsTerminal: async () => true };
  const painted = async (argv: string[], env: Record<string, string>, isTerminal: boolean) => {
    const world = isTerminal ? { ...terminal, env } : { env };
    return (await runCli(argv, snapshot(), { world })).stdout.includes(YELLOW);
  };
  test.each<[string[], Record<string, string>, boolean, boolean]>([
    [['remote', '1'], {}, true, true],
    [['remote', '1'], {}, false, false],
    [['remote', '1'], { TERM: 'dumb' }, true, false],
    [['remote', '1'], { NO_COLOR: '1' }, true, false],
    [['remote', '1'], { NO_COLOR: '' }, true, true],
    [['remote', '1'], { FORCE_COLOR: '1' }, false, true],
    [['remote', '1'], { FORCE_COLOR: '' }, false, true],
    [['remote', '1'], { FORCE_COLOR: '0' }, true, false],
    [['remote', '1'], { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [['remote', '1', '--no-color'], { FORCE_COLOR: '1' }, true, false],
    [['--no-color', 'remote', '1'], {}, true, false],
  ])('%o with %o on a terminal (%s): %s', async (argv, env, isTerminal, expected) => {
    expect(await painted(argv, env, isTerminal)).toBe(expected);
  });

  test('only paint is added', async () => {
    const plain = await runCli(['remote', '1'], snapshot());
    const { stdout } = await runCli(['remote', '1', '--plain'], snapshot(), { world: terminal });
    expect(stripVTControlCharacters(stdout)).toBe(plain.stdout);
    expect(stdout).toContain('\u001b[34mself.queue.get()\u001b[39m');
  });

  test('errors have their own terminal', async () => {
    const failing = fails(new PystackError('zombie', 'x'));
    expect((await runCli(['remote', '1'], failing, { world: terminal })).stderr).toContain(RED);
    expect((await runCli(['remote', 'x'], failing, { world: terminal })).stderr).toContain(RED);
    expect((await runCli(['--no-color', 'remote', 'x'], failing, { world: terminal })).stderr).not.toContain(RED);
    const mixed = { ...terminal, stderrIsTerminal: async () => false };
    expect((await runCli(['remote', '1'], failing, { world: mixed })).stderr).not.toContain(RED);
  });
});

describe('verbosity', () => {
  test('-v says on stderr what was found, -vv every step and where the time went', async () => {
    expect((await runCli(['remote', '1'], snapshot())).asked[0]?.options.log).toBeUndefined();
    expect((await runCli(['remote', '1', '-v'], snapshot())).stderr).toBe('pystack: found it\n');
    const { stderr, stdout } = await runCli(['remote', '1', '-vv'], snapshot());
    expect(stderr).toContain('12.5 ms] found it\n');
    expect(stderr).toContain('12.5 ms] a step\n');
    expect(stderr).toMatch(/^ {2}locate +1\.50 ms$/m);
    expect(stderr).toContain('peak memory 42.0 MiB');
    expect(stdout).toBe((await runCli(['remote', '1'], snapshot())).stdout);
  });
});

test('--json prints the document, with the same exit codes', async () => {
  const document = snapshot({ complete: false, threads: [thread({ name: '\udc80' })] });
  const { code, stdout } = await runCli(['remote', '1', '--json'], document);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toEqual(document);
});

describe('the layout', () => {
  const terminal = { stdoutIsTerminal: async () => true, columns: () => 200, env: { TERM: 'xterm' } };
  const first = async (argv: string[], world: Partial<World> = {}) =>
    stripVTControlCharacters((await runCli(argv, snapshot(), { world })).stdout).split('\n')[0];
  test('a page on a terminal, plain text elsewhere, and what is asked for', async () => {
    expect(await first(['remote', '1'], terminal)).toBe('Process 100: python3 app.py');
    expect(await first(['remote', '1'])).toMatch(/^Traceback for thread 112/);
    expect(await first(['remote', '1', '--plain'], terminal)).toMatch(/^Traceback for thread 112/);
    expect(await first(['remote', '1', '--page'])).toBe('Process 100: python3 app.py');
  });

  test('links to files here, where the terminal is known for them', async () => {
    const link = '\u001b]8;;file://web-1/srv/app.py#17\u001b\\app.py\u001b]8;;\u001b\\';
    const shown = async (env: Record<string, string>, source: 'live' | 'core' = 'live') =>
      (await runCli(['remote', '1'], snapshot({ source }), { world: { ...terminal, env } })).stdout.includes(
        '\u001b]8;',
      );
    expect(
      (await runCli(['remote', '1'], snapshot(), { world: { ...terminal, env: { VTE_VERSION: '7600' } } })).stdout,
    ).toContain(link.replace('app.py\u001b]8', '/srv/app.py\u001b]8'));
    expect(await shown({ TERM: 'xterm-kitty' })).toBe(true);
    expect(await shown({ TERM: 'xterm-kitty' }, 'core')).toBe(false);
    expect(await shown({ TERM: 'xterm' })).toBe(false);
    expect(await shown({ TERM: 'screen', VTE_VERSION: '7600' })).toBe(false);
    expect(await shown({ TERM: 'xterm', FORCE_HYPERLINK: '1' })).toBe(true);
    expect(await shown({ TERM: 'xterm-kitty', FORCE_HYPERLINK: '0' })).toBe(false);
    expect(await shown({ TERM: 'xterm-kitty', NO_COLOR: '1' })).toBe(false);
  });
});

test('a core: the executable is announced unless it was named', async () => {
  expect((await runCli(['core', 'x'], coreSnapshot())).stdout).toMatch(/^Using executable found in the core file: /);
  expect((await runCli(['core', 'x', 'py'], coreSnapshot())).stdout).toMatch(/^\nCore file information:/);
});

test('a reader who has gone is no error, and nothing more is rendered for him', async () => {
  let rendered = 0;
  const frames = [pythonFrame({ file: 'x'.repeat(100_000) })];
  const threads = Array.from({ length: 50 }, () =>
    Object.defineProperty(thread(), 'frames', {
      get() {
        rendered++;
        return frames;
      },
    }),
  );
  const stdout = { write: () => false };
  const { code, stderr } = await runCli(['remote', '1'], snapshot({ threads }), { world: { stdout } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(rendered).toBeLessThan(10);
});

describe('snapshot', () => {
  test('says where it is, what is in it, and how to look at it', async () => {
    const { code, stdout, stderr } = await runCli(['snapshot', '1', '-o', "it's\u001b.core"], snapshot());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      "Wrote it's\\x1b.core: 4.6 KiB, 1 thread of process 100 (Python 3.12.1), complete\n" +
        "Show it with: pystack core 'it'\\''s\\x1b.core'\n",
    );
  });

  test('3: what could not be had is not in it', async () => {
    const { code, stdout, stderr } = await runCli(['snapshot', '1', '-o', 'x'], snapshot({ complete: false }));
    expect(code).toBe(3);
    expect(stdout).toContain(', incomplete\n');
    expect(stderr).not.toBe('');
  });

  test('who interrupts it is told nothing', async () => {
    const interrupt = () => {
      throw new Interrupted('ended by SIGTERM');
    };
    expect(await runCli(['snapshot', '1', '-o', 'x'], interrupt)).toMatchObject({ stdout: '', stderr: '' });
  });
});
