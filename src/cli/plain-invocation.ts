/**
 * Is it one of the command lines that are typed most: a process id and nothing else, or what scripts ask first? Then it is
 * understood without the parser: to load that and to declare the options takes a tenth of a look.
 */
import type { Invocation } from './invocation.js';
import { remoteOptions, stackOptions } from './look-options.js';
import { parsePid } from './values.js';
import { type Layout, viewFrom } from './view.js';

/** What {@link parseInvocation} makes of `remote <pid>` and `--version`; null: it is something else. Throws PystackError `usage`. */
export function plainInvocation(argv: readonly string[], usualLayout: Layout): Invocation | null {
  const [command, word, ...more] = argv;
  if (command === '--version' && argv.length === 1) return { command: 'version' };
  if (command !== 'remote' || word === undefined || more.length > 0 || !/^\d+$/.test(word)) return null;
  const view = viewFrom({}, {}, usualLayout);
  return { command, pid: parsePid(word), options: { ...remoteOptions({}), ...stackOptions({}, view) }, view };
}
