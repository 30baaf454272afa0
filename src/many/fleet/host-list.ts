/** Which hosts does `n[01-03,7],login` mean? As Slurm, pdsh and clush write them; `@FILE` is a file with some on each line. */
import { readFileSync } from 'node:fs';
import { PystackError } from '../../errors.js';

/** More than any machine has, and few enough to be held. */
const MAX_HOSTS = 200_000;

/** What names a host: no space, nothing that begins an option. */
const HOST = /^[\w:@.%+][\w:@.%+-]*$/;

/** Each once, in the order given. Throws PystackError `usage`, `file-not-found`, `file-unreadable`. */
export function hostsOf(text: string, flag: string): string[] {
  const hosts = new Set<string>();
  for (const part of partsOf(text, flag)) {
    for (const host of expanded(part, flag, MAX_HOSTS - hosts.size)) {
      if (!HOST.test(host)) throw malformed(flag, text, `'${host}' cannot be the name of a host`);
      hosts.add(host);
    }
  }
  if (hosts.size === 0) throw malformed(flag, text, 'It names no host');
  return [...hosts];
}

/** At commas outside of brackets, with what files hold in place of their names. */
function partsOf(text: string, flag: string): string[] {
  if (!/^(?:[^[\]]|\[[^[\]]*\])*$/.test(text)) throw malformed(flag, text, 'A bracket has no other');
  const parts = text.match(/(?:[^,[\]]|\[[^\]]*\])+/g) ?? [];
  return parts.flatMap((part) => (part.startsWith('@') ? linesOf(part.slice(1), flag) : [part.trim()]));
}

/** `#` begins a remark. */
function linesOf(path: string, flag: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new PystackError(missing ? 'file-not-found' : 'file-unreadable', `the hosts of ${flag} cannot be read`, {
      cause: error instanceof Error ? error.message : undefined,
      underlying: error,
    });
  }
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.flatMap((line) => line.match(/(?:[^,\s[\]]|\[[^\]]*\])+/g) ?? []);
}

/** One name with brackets, each of their members in its place. */
function expanded(text: string, flag: string, room: number): string[] {
  const open = /^([^[]*)\[([^\]]*)\](.*)$/.exec(text);
  if (!open) return [text];
  const [, before = '', inside = '', after = ''] = open;
  const ends = expanded(after, flag, room);
  const names: string[] = [];
  for (const range of inside.split(',')) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(range.trim()) ?? [];
    if (first === undefined) throw malformed(flag, text, `'${range}' is no number or range`);
    const [from, to] = [Number(first), Number(last ?? first)];
    if (to < from || (to - from + 1) * ends.length > room - names.length) {
      throw malformed(flag, text, `'${range}' ends before it begins, or is more than ${MAX_HOSTS} hosts`);
    }
    for (let number = from; number <= to; number++) {
      for (const end of ends) names.push(`${before}${String(number).padStart(first.length, '0')}${end}`);
    }
  }
  return names;
}

function malformed(flag: string, text: string, cause: string): PystackError {
  return new PystackError('usage', `${flag} needs hosts, not '${text}'`, {
    cause,
    nextStep: `separate them by commas, ${flag} n[01-16],login, or name a file of them: ${flag} @hosts.txt`,
  });
}
