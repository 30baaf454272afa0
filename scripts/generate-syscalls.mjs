// Which system call has which number? Writes src/process/syscall-numbers.ts, for x86-64 and AArch64, from the kernel's own
// headers (Debian's linux-libc-dev of a suite, which has those of all machines): `node scripts/generate-syscalls.mjs [SUITE]`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { privateApt } from '../packaging/apt.mjs';

const [suite = 'sid'] = process.argv.slice(2);
const target = fileURLToPath(new URL('../src/process/syscall-numbers.ts', import.meta.url));
/** Names in a line of the table. */
const WIDTH = 112;

const folder = mkdtempSync(join(tmpdir(), 'pystack-syscalls-'));
try {
  const { version, include } = headers();
  const tables = [
    ['X86_64', 'x86_64-linux-gnu'],
    ['AARCH64', 'aarch64-linux-gnu'],
  ].map(([name, triple]) => `export const ${name}: readonly Run[] = ${runs(numbers(include, triple))};\n`);
  writeFileSync(target, text(version, tables));
  run('npx', ['biome', 'check', '--write', target]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Unpacks the package; its version and where its headers are. */
function headers() {
  const { environment } = privateApt(join(folder, 'apt'), { kind: 'deb', suites: [suite] });
  run('apt-get', ['-qq', 'update'], environment);
  run('apt-get', ['-qq', 'download', 'linux-libc-dev'], environment);
  const file = readdirSync(folder).find((name) => name.startsWith('linux-libc-dev_'));
  run('dpkg-deb', ['-x', file, 'root']);
  const version = /_([^_]+)_/.exec(file)?.[1]?.split('-')[0] ?? '';
  return { version, include: join(folder, 'root/usr') };
}

/** Name by number, as the preprocessor has them for that machine. */
function numbers(include, triple) {
  const own = [
    join(include, 'lib/linux/uapi', triple.startsWith('x86') ? 'x86' : 'arm64'),
    join(include, 'include', triple),
  ];
  const places = [...own, join(include, 'include')].filter((path) => existsSync(path)).flatMap((path) => ['-I', path]);
  const bits = triple.startsWith('x86')
    ? ['-D__x86_64__', '-U__i386__', '-U__ILP32__']
    : ['-U__x86_64__', '-D__aarch64__'];
  const lines = run('cpp', ['-dM', '-nostdinc', ...bits, ...places, '-include', 'asm/unistd.h', '/dev/null']).split(
    '\n',
  );
  const found = new Map();
  const values = new Map(lines.map((line) => line.split(' ').slice(1)).map(([name, value]) => [name, value]));
  for (const [name, value] of values) {
    if (!name?.startsWith('__NR_') || name === '__NR_syscalls') continue;
    // On 64-bit machines some are defined by way of another name: __NR_fcntl is __NR3264_fcntl.
    const number = Number(values.get(value) ?? value);
    if (Number.isInteger(number)) found.set(number, name.slice('__NR_'.length));
  }
  return found;
}

/** Consecutive numbers are one run. */
function runs(names) {
  const sorted = [...names.keys()].sort((a, b) => a - b);
  const starts = sorted.filter((number) => !names.has(number - 1));
  return `[${starts
    .map((first) => {
      const words = [];
      for (let number = first; names.has(number); number++) words.push(names.get(number));
      return `{ first: ${first}, names: \`\n${wrapped(words)}\n\` }`;
    })
    .join(', ')}]`;
}

function wrapped(words) {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== '' && line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

function text(version, tables) {
  return `/**
 * Numbers of system calls, as in the kernel's headers of Linux ${version}. Made by scripts/generate-syscalls.mjs: not to be
 * changed by hand.
 */

/** Consecutive numbers from \`first\`, names separated by white space. */
export interface Run {
  readonly first: number;
  readonly names: string;
}

${tables.join('\n')}`;
}

function run(command, args, environment = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: command === 'npx' ? fileURLToPath(new URL('..', import.meta.url)) : folder,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
