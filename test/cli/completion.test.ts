/** Do the shells take the scripts, and do they offer what is declared? Asked of the shells themselves. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { completionScript } from '../../src/cli/completion.js';
import { declaredTree } from '../../src/cli/declared.js';

const folder = mkdtempSync(join(tmpdir(), 'pystack-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

function scriptFile(shell: 'bash' | 'zsh' | 'fish'): string {
  const file = join(folder, shell === 'zsh' ? '_pystack' : `pystack.${shell}`);
  writeFileSync(file, completionScript(shell));
  return file;
}

function ask(shell: string, ...args: string[]): string[] {
  const { stdout, stderr, status } = spawnSync(shell, args, { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter(Boolean);
}

const commands = declaredTree().commands.map(({ name }) => name);
const remoteFlags =
  declaredTree()
    .commands.find(({ name }) => name === 'remote')
    ?.options.map(({ long }) => long) ?? [];

test('every command that runs is declared', () => {
  expect(commands).toEqual([
    'remote',
    'snapshot',
    'core',
    'collect',
    'group',
    'fleet',
    'watch',
    'diff',
    'doctor',
    'completion',
    'install-completions',
  ]);
  expect(remoteFlags).toContain('--native');
});

describe.runIf(has('bash'))('bash', () => {
  const complete = (...words: string[]) => {
    const file = scriptFile('bash');
    const line = `source ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pystack; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return ask('bash', '-c', line, 'bash', 'pystack', ...words);
  };
  test('commands', () => expect(complete('')).toEqual([...commands, 'help']));
  test('flags of a command', () => expect(complete('remote', '--')).toEqual(remoteFlags));
  test('process ids', () =>
    expect(complete('remote', '')).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+$/)])));
  test('files', () => expect(complete('core', join(folder, 'pyst'))).toEqual([join(folder, 'pystack.bash')]));
  test('shells', () => expect(complete('completion', 'f')).toEqual(['fish']));
});

describe.runIf(has('fish'))('fish', () => {
  const complete = (line: string) =>
    ask('fish', '--no-config', '-c', `source ${scriptFile('fish')}; complete -C '${line}'`).map(
      (each) => each.split('\t')[0],
    );
  test('commands', () => expect(complete('pystack ').sort()).toEqual([...commands, 'help'].sort()));
  test('flags of a command', () => {
    expect(complete('pystack remote --')).toEqual(expect.arrayContaining(remoteFlags));
    expect(complete('pystack doctor --')).not.toContain('--native');
  });
  test('process ids', () =>
    expect(complete('pystack remote ')).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+$/)])));
  test('shells', () => expect(complete('pystack completion z')).toEqual(['zsh']));
});

describe.runIf(has('zsh'))('zsh', () => {
  // A shell of its own on a terminal of its own: nothing else lets zsh complete. It is read until `last` was shown.
  const complete = (line: string, last: string) => {
    scriptFile('zsh');
    const setup =
      `PS1=; COLUMNS=150; fpath=(${folder} $fpath); autoload -U compinit; compinit -D -u; LISTMAX=0; ` +
      `bindkey '^I' list-choices; print REA''DY`;
    const readUntil = (text: string) =>
      `for i in {1..150}; do zpty -r -t z part && all+=$part; [[ $all == *${quoted(text)}* ]] && break; sleep 0.1; done`;
    const program = [
      'zmodload zsh/zpty; zpty z zsh -f -i',
      `zpty -w z ${quoted(setup)}; all=; ${readUntil('READY')}`,
      `zpty -w -n z ${quoted(line)}$'\t'; all=; ${readUntil(last)}`,
      'print -rn -- "$all"; zpty -d z',
    ].join('\n');
    return spawnSync('zsh', ['-f', '-c', program], { encoding: 'utf8' }).stdout;
  };
  test('commands', () => {
    const shown = complete('pystack ', 'snapshot  ');
    for (const name of commands) expect(shown).toMatch(new RegExp(`${name} +-- `));
  });
  test('flags of a command', () =>
    expect(complete('pystack remote --n', '--no-redact')).toMatch(/--native +-- [\s\S]*--no-block +-- /));
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
