/**
 * Where does a shell look for completions of one user? The script goes there; what else has to be done is said.
 * https://github.com/scop/bash-completion#faq, https://fishshell.com/docs/current/completions.html
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PystackError } from '../errors.js';
import { harmless } from '../render/escape.js';
import { completionScript } from './completion.js';
import { SHELLS, type Shell } from './program.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Writes it and returns what to tell. Throws PystackError `usage` and `output`. */
export function installCompletions(asked: Shell | null, env: Environment): string {
  const shell = asked ?? shellOf(env);
  const home = env['HOME'];
  if (home === undefined || home === '') {
    throw new PystackError('usage', 'HOME is not set, so there is no place for completions', {
      cause: 'They are installed for one user.',
      nextStep: `pystack completion ${shell}, whose first lines say where to put it`,
    });
  }
  const path = pathFor(shell, home, env);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, completionScript(shell));
  } catch (error) {
    throw new PystackError('output', `the completions cannot be written to ${path}`, {
      cause: error instanceof Error ? error.message : String(error),
      nextStep: `pystack completion ${shell}, whose first lines say where else to put it`,
      underlying: error,
    });
  }
  return `Wrote ${harmless(path)}\n${AFTERWARDS[shell]}\n`;
}

function shellOf(env: Environment): Shell {
  const name = basename(env['SHELL'] ?? '');
  const known = SHELLS.find((shell) => shell === name);
  if (known) return known;
  throw new PystackError('usage', name === '' ? 'SHELL is not set' : `there are no completions for ${name}`, {
    cause: `There are some for ${SHELLS.join(', ')}.`,
    nextStep: `pystack install-completions ${SHELLS[0]}`,
  });
}

function pathFor(shell: Shell, home: string, env: Environment): string {
  const data = env['XDG_DATA_HOME'] || join(home, '.local/share');
  switch (shell) {
    case 'bash':
      return join(env['BASH_COMPLETION_USER_DIR'] || join(data, 'bash-completion'), 'completions/pystack');
    case 'zsh':
      return join(env['ZDOTDIR'] || home, '.zfunc/_pystack');
    case 'fish':
      return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'fish/completions/pystack.fish');
  }
}

const AFTERWARDS: Readonly<Record<Shell, string>> = {
  bash: 'Bash reads it from its next start on, if the package bash-completion is installed.',
  zsh: 'Zsh reads it if ~/.zshrc has, before compinit: fpath+=(~/.zfunc)',
  fish: 'Fish reads it at once.',
};
