/**
 * Is it one of the command lines that are typed most: a process id or a core and nothing else, or what scripts ask first? Then it is
 * understood without the parser: to load that and to declare the options takes a tenth of a look.
 */
import type { Invocation } from './invocation.js';
import { coreOptions, remoteOptions, stackOptions } from './look-options.js';
import { parsePid } from './values.js';
import { type Layout, type View, viewFrom } from './view.js';

/** What {@link parseInvocation} makes of `remote <pid>`, `core <file>` and `--version`; null: it is something else. Throws PystackError `usage`. */
export function plainInvocation(argv: readonly string[], usualLayout: Layout): Invocation | null {
  const [command, word, ...more] = argv;
  if (command === '--version' && argv.length === 1) return { command: 'version' };
  if (word === undefined || more.length > 0) return null;
  const view = () => viewFrom({}, {}, usualLayout);
  if (command === 'core' && !word.startsWith('-')) return plainCore(word, view());
  return command === 'remote' && /^\d+$/.test(word) ? plainRemote(word, view()) : null;
}

function plainCore(core: string, view: View): Invocation {
  return { command: 'core', core, options: { ...coreOptions(undefined, {}, view), ...stackOptions({}, view) }, view };
}

function plainRemote(pid: string, view: View): Invocation {
  return { command: 'remote', pid: parsePid(pid), options: { ...remoteOptions({}), ...stackOptions({}, view) }, view };
}
