import { describe, expect, test } from 'vitest';
import { parseInvocation } from '../../src/cli/invocation.js';
import { plainInvocation } from '../../src/cli/plain-invocation.js';
import { viewBefore } from '../../src/cli/view.js';
import { PystackError } from '../../src/errors.js';

const parse = (...argv: string[]) => parseInvocation(argv);
const remote = (...argv: string[]) => {
  const invocation = parse('remote', '1', ...argv);
  if (invocation.command !== 'remote') throw new Error(`not remote but ${invocation.command}`);
  return invocation;
};
const core = (...argv: string[]) => {
  const invocation = parse('core', ...argv);
  if (invocation.command !== 'core') throw new Error(`not core but ${invocation.command}`);
  return invocation;
};
const failure = (argv: string[]): PystackError => {
  try {
    parseInvocation(argv);
  } catch (error) {
    if (error instanceof PystackError) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
};

describe('snapshot', () => {
  test('as remote, with a file', () => {
    expect(parseInvocation(['snapshot', '--no-block', '--native', '7', '-o', 'x.core'])).toMatchObject({
      command: 'snapshot',
      pid: 7,
      path: 'x.core',
      options: { mode: 'non-blocking', native: 'python' },
    });
  });

  test.each([[['snapshot', '7']], [['snapshot', '7', '-o', '-']], [['snapshot', '7', '-o', '']]])('%j', (argv) => {
    expect(failure(argv)).toMatchObject({ code: 'usage' });
  });
});

describe('remote', () => {
  test('without options everything is as the defaults say', () => {
    expect(remote()).toEqual({
      command: 'remote',
      pid: 1,
      options: {
        mode: 'blocking',
        native: 'off',
        plumbing: false,
        demangle: true,
        debuginfod: true,
        locals: false,
        tasks: true,
        exhaustive: false,
        locateBy: null,
        library: null,
      },
      view: viewBefore([]),
    });
  });

  test.each<[string[], object]>([
    [['--no-block'], { mode: 'non-blocking' }],
    [['--no-block', '--time-budget', '1000'], { mode: 'non-blocking', timeBudgetMs: 1000 }],
    [['--max-pause', '2.5'], { maxPauseMs: 2.5 }],
    [['--max-pause=10'], { maxPauseMs: 10 }],
    [['--native'], { native: 'python' }],
    [['--native-all'], { native: 'all' }],
    [['--native', '--native-last'], { native: 'last' }],
    [['--native-last', '--native-all'], { native: 'all' }],
    [['--no-demangle', '--no-debuginfod'], { demangle: false, debuginfod: false }],
    [['--exhaustive'], { exhaustive: true }],
    [['--library', 'libpython3.11'], { library: 'libpython3.11' }],
    [['--locate-by', 'symbol,scan'], { locateBy: ['symbol', 'scan'] }],
    [['--locals'], { locals: { redact: [], redactDefaults: true } }],
    [
      ['--locals', '--locals-depth', '2', '--max-string', '10', '--max-items', '5'],
      { locals: { depth: 2, maxString: 10, maxItems: 5, redact: [], redactDefaults: true } },
    ],
    [
      ['--locals', '--redact', 'pin', '--no-redact', '--redact', '^iban$'],
      { locals: { redact: ['pin', '^iban$'], redactDefaults: false } },
    ],
    [['--redact', 'pin'], { locals: false }],
  ])('%o', (argv, options) => {
    expect(remote(...argv).options).toMatchObject(options);
  });

  test.each<[string[], object]>([
    [['remote', '1', '--json'], { format: 'json' }],
    [['remote', '--json', '1'], { format: 'json' }],
    [['remote', '1'], { format: 'text', html: null }],
    [['remote', '1', '--format', 'speedscope'], { format: 'speedscope' }],
    [['remote', '1', '--format=json', '--json'], { format: 'json' }],
    [['core', 'a', '--format', 'jsonl'], { format: 'jsonl' }],
    [['group', 'a', '--format', 'collapsed'], { format: 'collapsed' }],
    [['fleet', '--ssh', 'a', '--format', 'collapsed'], { format: 'collapsed' }],
    [['remote', '1', '--no-color'], { color: false }],
    [['--no-color', 'remote', '1'], { color: false }],
    [['remote', '1', '-v'], { verbosity: 1 }],
    [['remote', '1', '-vv'], { verbosity: 2 }],
    [['remote', '1', '-v', '-v', '-v'], { verbosity: 2 }],
    [['-v', 'remote', '1'], { verbosity: 1 }],
    [['-vv', 'remote', '1'], { verbosity: 2 }],
    [['--verbose', 'remote', '1'], { verbosity: 1 }],
  ])('%o', (argv, view) => {
    expect(parseInvocation(argv)).toMatchObject({ view });
  });
});

describe('core', () => {
  test.each<[string[], unknown, object]>([
    [['c'], 'c', { executable: null, libSearchPath: [], libSearchRoot: null, sysroot: null, registers: false }],
    [['c', 'py', '--lib-search-path', '/a:/b:'], 'c', { executable: 'py', libSearchPath: ['/a', '/b'] }],
    [['c', '--lib-search-root', '/r', '--sysroot', '/s'], 'c', { libSearchRoot: '/r', sysroot: '/s' }],
    [['c', '-v'], 'c', { registers: true }],
    [['c', '--native-all', '--locals'], 'c', { native: 'all', locals: { redactDefaults: true } }],
    [['--systemd'], { systemd: null }, {}],
    [['--systemd', 'gunicorn'], { systemd: 'gunicorn' }, {}],
  ])('%o', (argv, source, options) => {
    expect(core(...argv)).toMatchObject({ core: source, options });
  });
});

describe('many', () => {
  const selection = (...argv: string[]) => {
    const invocation = parseInvocation(['remote', ...argv]);
    if (invocation.command !== 'remote-many') throw new Error(`one: ${argv.join(' ')}`);
    return invocation.selection;
  };

  test.each<[string[], object]>([
    [['1', '2', '1'], { pids: [1, 2, 1], children: false }],
    [['--children', '1'], { pids: [1], children: true }],
    [['--all'], { pids: [], all: true, match: null }],
    [['--match', 'celery.*worker', '--user', 'www'], { match: 'celery.*worker', user: 'www', all: false }],
    [['--cgroup', 'web.service', '--children'], { cgroup: 'web.service', children: true }],
    [['--container', 'abcdef123456'], { container: 'abcdef123456' }],
    [['--env', 'RANK=3', '--env', 'A=b=c'], { environment: ['RANK=3', 'A=b=c'] }],
    [['--jsonl', '1'], { pids: [1] }],
  ])('remote %o', (argv, expected) => {
    expect(selection(...argv)).toMatchObject(expected);
  });

  test.each<[string[], unknown]>([
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ],
    [['--systemd-all'], { systemd: null, newestOnly: false }],
    [['--systemd-all', 'gunicorn'], { systemd: 'gunicorn', newestOnly: false }],
  ])('core %o', (argv, cores) => {
    expect(parseInvocation(['core', ...argv])).toMatchObject({ command: 'core-many', cores });
  });
});

describe('usage errors say what to type instead', () => {
  test.each<[string[], RegExp, RegExp]>([
    [[], /no command/, /pystack remote <pid>/],
    [['remote'], /no process id given/, /pystack remote <pid>.*--match/],
    [['remote', '1', '--all'], /both given/, /leave one/],
    [['remote', '1', '--group', '--locals'], /--locals cannot be shown in groups/, /leave one/],
    [
      ['remote', '1', '--json', '--format', 'speedscope'],
      /--json and --format speedscope were both given/,
      /leave one/,
    ],
    [['group', 'a', '--format', 'jsonl'], /'jsonl' is invalid/, /help/],
    [['collect', '1', '--locals'], /unknown option '--locals'/, /help/],
    [['remote', '--match', '('], /no regular expression/, /backslash/],
    [['remote', '--env', 'RANK'], /NAME=value/, /help/],
    [['remote', 'gunicorn'], /must be a number, not 'gunicorn'/, /pgrep -af gunicorn$/],
    [['remote', "it's; rm"], /must be a number/, /pgrep -af 'it'\\''s; rm'$/],
    [['remote', '0'], /0 cannot be a process id/, /pgrep/],
    [['remote', '-5'], /-5/, /pystack|pgrep/],
    [['remote', '99999999999'], /cannot be a process id/, /pgrep/],
    [['remote', '1', 'two'], /must be a number, not 'two'/, /pgrep/],
    [['remote', '1', '--nativ'], /unknown option '--nativ'/, /Did you mean .*--native/],
    [['remote', '1', '--exh'], /unknown option '--exh'/, /Did you mean --exhaustive\?/],
    [['remot', '1'], /unknown command 'remot'/, /Did you mean remote/],
    [['1234'], /unknown command '1234'/, /pystack remote 1234/],
    [['-v', '1234'], /unknown command '1234'/, /pystack remote 1234/],
    [['remote', '1', '--max-pause', 'x'], /--max-pause needs milliseconds, .*, not 'x'/, /help/],
    [['remote', '1', '--max-pause', '-1'], /--max-pause/, /help/],
    [['remote', '1', '--max-pause', '0'], /more than 0/, /help/],
    [['remote', '1', '--time-budget'], /argument missing/, /help/],
    [['remote', '1', '--max-items', '1.5'], /--max-items needs a whole number/, /help/],
    [['remote', '1', '--locate-by', ','], /--locate-by needs a list/, /help/],
    [['remote', '1', '--locate-by', 'symbol,magic'], /knows no 'magic'/, /--locate-by symbol,section$/],
    [['remote', 'some/core'], /must be a number, not 'some\/core'/, /^pystack core some\/core;/],
    [['help', 'foo'], /there is no command 'foo'/, /pystack --help/],
    [['doctor', '1', '2'], /'doctor' takes one process id, not 2/, /^pystack doctor 1, once/],
    [['snapshot', '1', '2', '-o', 'x'], /'snapshot' takes one process id, not 2/, /^pystack snapshot 1 -o <file>/],
    [['completion', 'bash', 'zsh'], /too many words for 'completion'/, /pystack completion --help/],
    [['remote', '1', '--redact', '('], /no regular expression/, /backslash/],
    [['core'], /no core file/, /pystack core <file>/],
    [['core', 'c', '--systemd'], /both/, /leave one/],
    [['core', 'c', '--systemd-all'], /more than one way/, /leave one/],
    [['core', 'c', '--lib-search-path', 'a', '--lib-search-root', 'b'], /cannot be used with/, /pystack core --help/],
    [['remote', '1', '--sysroot', 'x'], /unknown option '--sysroot'/, /help/],
  ])('%o', (argv, message, nextStep) => {
    const error = failure(argv);
    expect(error.code).toBe('usage');
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\.$|\n/);
    expect(error.details.nextStep ?? 'pystack --help').toMatch(nextStep);
  });
});

describe('help and version', () => {
  const help = (...argv: string[]) => {
    const invocation = parse(...argv);
    return invocation.command === 'help' ? invocation.text : '';
  };
  test.each([['--help'], ['-h'], ['help']])('%s', (...argv) => {
    expect(help(...argv)).toMatch(/Usage: pystack[\s\S]*remote[\s\S]*core[\s\S]*Examples:\n {2}pystack remote 1234/);
  });

  test('of a command, with examples', () => {
    expect(help('remote', '-h')).toMatch(/--no-block[\s\S]*-v, --verbose[\s\S]*Examples:\n.*\n {2}pystack remote 1234/);
    expect(help('help', 'core')).toMatch(/--sysroot[\s\S]*Examples:/);
  });

  test.each([['help'], ['remote'], ['snapshot'], ['core'], ['doctor'], ['completion']])(
    'fits into 80 columns: %s',
    (command) => {
      const lines = help(...(command === 'help' ? [] : [command]), '--help').split('\n');
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test.each([['remote'], ['core'], ['snapshot'], ['doctor'], ['completion']])('into 60: %s', (command) => {
    const invocation = parseInvocation([command, '--help'], () => 60);
    const lines = invocation.command === 'help' ? invocation.text.split('\n') : [];
    expect(lines.length).toBeGreaterThan(5);
    // What is to be typed is not broken.
    expect(lines.filter((line) => line.length > 60 && !/^ {2}(pystack|source) /.test(line))).toEqual([]);
  });

  test('licences, also among other options', () => {
    expect(parse('--licences')).toEqual({ command: 'licences' });
  });

  test('version, also among other options', () => {
    expect(parse('--version')).toEqual({ command: 'version' });
    expect(parse('-v', '--version')).toEqual({ command: 'version' });
  });
});

test('a process id or a core alone and --version are understood as the parser does, and nothing else is', () => {
  for (const layout of ['auto', 'plain', 'page', 'compat'] as const) {
    for (const argv of [
      ['remote', '17'],
      ['core', 'core.17'],
      ['core', '17'],
      ['core', ''],
    ])
      expect(plainInvocation(argv, layout), argv.join(' ')).toEqual(parseInvocation(argv, undefined, layout));
  }
  expect(plainInvocation(['--version'], 'auto')).toEqual(parseInvocation(['--version']));
  for (const argv of [[], ['remote'], ['remote', 'x'], ['remote', '-v', '17'], ['remote', '17', '18']])
    expect(plainInvocation(argv, 'auto')).toBeNull();
  for (const argv of [
    ['core'],
    ['core', '--systemd'],
    ['core', '-'],
    ['core', '--', 'a'],
    ['core', 'a', 'b'],
    ['-v', 'a'],
  ])
    expect(plainInvocation(argv, 'auto')).toBeNull();
});
