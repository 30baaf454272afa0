// What is looked at in a booted system, and how? Carried out there by guest/look.py; judged by test/kernels/judge.ts.

const DETAILS = [[], ['--locals'], ['--native']];
const each = (...words) => DETAILS.map((detail) => [...words, ...detail, '--json', '--no-color']);
const repeated = (times, ...looks) => Array.from({ length: times }, () => looks).flat();

/** Cores of the corpus that are small: written by the kernel, of static builds of both processors and of a shared one. */
export const CORPUS = ['segfault/3.11-static/core.gz', 'segfault/3.11-static-aarch64/core.gz', 'abort/3.12/core.gz'];

/** Looks at one program, from its start to its end; {pid}, {core} and {folder} are filled in there. */
export const PLAN = [
  { name: 'doctor', looks: [['doctor', '--json']] },
  {
    name: 'standing',
    program: 'matrix.py',
    looks: [
      ['doctor', '{pid}', '--json'],
      ...each('remote', '{pid}'),
      ...each('remote', '{pid}', '--no-block'),
      ['snapshot', '{pid}', '--locals', '--native', '-o', '{folder}/of.snapshot'],
      ...each('core', '{folder}/of.snapshot'),
    ],
    signal: 'SIGSEGV',
    core: each('core', '{core}'),
  },
  {
    name: 'running',
    program: 'busy.py',
    settle: 1,
    looks: repeated(
      2,
      ['remote', '{pid}', '--json'],
      ['remote', '{pid}', '--native', '--json'],
      ['remote', '{pid}', '--no-block', '--time-budget', '3000', '--json'],
    ),
  },
  {
    name: 'waiting',
    program: 'waiting_on.py',
    looks: [
      ['remote', '{pid}', '--json'],
      ['remote', '{pid}', '--no-block', '--json'],
    ],
  },
  {
    name: 'hangs',
    program: 'hangs.py',
    looks: [
      ['remote', '{pid}', '--json'],
      ['remote', '{pid}', '--no-block', '--json'],
    ],
    signal: 'SIGSEGV',
    core: [['core', '{core}', '--json']],
  },
  ...['self_deadlock_main', 'join_cycle', 'zombie'].map((name) => ({
    name,
    program: 'hangs_alone.py',
    args: [name],
    looks: [['remote', '{pid}', '--json']],
  })),
  {
    name: 'undisturbed',
    program: 'blocked_calls.py',
    args: ['{folder}/counts'],
    files: { counts: 4096 },
    looks: repeated(
      2,
      ['remote', '{pid}', '--json'],
      ['remote', '{pid}', '--native', '--json'],
      ['remote', '{pid}', '--no-block', '--json'],
      ['remote', '{pid}', '--no-block', '--native', '--json'],
    ),
  },
  {
    name: 'crashed',
    program: 'crash.py',
    args: ['thread'],
    looks: [],
    signal: 'SIGUSR1',
    core: each('core', '{core}'),
  },
  {
    name: 'corpus',
    corpus: CORPUS,
    looks: CORPUS.map((name) => ['core', `/pystack/corpus/${name.replaceAll('/', '-')}`, '--json']),
  },
];
