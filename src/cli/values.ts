/** Is a value on the command line what it has to be? Each function returns it parsed or throws a usage error. */
import { PystackError } from '../errors.js';
import { checkPattern, LOCATE_STRATEGIES } from '../options.js';

/** Largest pid a Linux kernel hands out (PID_MAX_LIMIT, include/linux/threads.h) is 2^22. */
const PID_MAX = 2 ** 22;

export function parsePid(text: string): number {
  if (!/^-?\d+$/.test(text)) {
    if (/[/.]|^core$/.test(text)) {
      throw new PystackError('usage', `the process id must be a number, not '${text}'`, {
        cause: 'A process is named by its id; a core file is looked at by another command.',
        nextStep: `pystack core ${quoted(text)}; a process of that name: pgrep -af ${quoted(text)}`,
      });
    }
    // A name is the likeliest mistake; quoted so that it can be pasted.
    throw new PystackError('usage', `the process id must be a number, not '${text}'`, {
      cause: 'A process is named by its id.',
      nextStep: `find it with: pgrep -af ${quoted(text)}`,
    });
  }
  const pid = Number(text);
  if (pid < 1 || pid > PID_MAX) {
    throw new PystackError('usage', `${text} cannot be a process id`, {
      cause: `Process ids on Linux lie between 1 and ${PID_MAX}.`,
      nextStep: 'list candidates with: pgrep -af python',
    });
  }
  return pid;
}

/** As one word of a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Names of ways to locate an interpreter. */
export function parseStrategies(flag: string): (text: string) => string[] {
  return (text) => {
    const names = parseList(flag, ',')(text);
    const known: readonly string[] = LOCATE_STRATEGIES;
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return names;
    throw new PystackError('usage', `${flag} knows no '${unknown}'`, {
      cause: `It takes some of ${known.join(', ')}, separated by commas.`,
      nextStep: `${flag} ${known.slice(1, 3).join(',')}`,
    });
  };
}

export function parseCount(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw malformed(flag, 'a whole number', text);
    return value;
  };
}

/** More than nothing, and an hour at most: what lies outside is a slip of the keyboard. */
const MAX_MILLISECONDS = 3_600_000;

/** As {@link parseCount}, but not 0. */
export function parsePositive(flag: string): (text: string) => number {
  return (text) => {
    const value = parseCount(flag)(text);
    if (value < 1) throw malformed(flag, 'a whole number from 1', text);
    return value;
  };
}

export function parseMilliseconds(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > MAX_MILLISECONDS) {
      throw malformed(flag, `milliseconds, more than 0 and at most ${MAX_MILLISECONDS}`, text);
    }
    return value;
  };
}

export function parseSeconds(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value * 1000 > MAX_MILLISECONDS) {
      throw malformed(flag, `seconds, more than 0 and at most ${MAX_MILLISECONDS / 1000}`, text);
    }
    return value;
  };
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  '': 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Some days are watched at most: what lies beyond is a slip of the keyboard. */
const MAX_DURATION_MS = 30 * 86_400_000;

/** `500ms`, `1s`, `5m`, `2h`; a number alone is seconds. As ms. */
export function parseDuration(flag: string, leastMs: number): (text: string) => number {
  return (text) => {
    const found = /^(\d+(?:\.\d+)?) ?([a-z]*)$/.exec(text);
    const unit = UNITS_MS[found?.[2] ?? 'none'];
    const value = Number(found?.[1]) * (unit ?? Number.NaN);
    if (Number.isFinite(value) && value >= leastMs && value <= MAX_DURATION_MS) return value;
    throw malformed(flag, `a time of at least ${leastMs} ms, such as 500ms, 1s, 5m, 2h`, text);
  };
}

/** Parts between `separator`s; empty parts are dropped, no part at all is an error. */
export function parseList(flag: string, separator: string): (text: string) => string[] {
  return (text) => {
    const parts = text.split(separator).filter((part) => part !== '');
    if (parts.length === 0) throw malformed(flag, `a list separated by '${separator}'`, text);
    return parts;
  };
}

/** For repeatable options: appends a regular expression that has been tried out. */
export function collectPattern(flag: string): (text: string, before?: string[]) => string[] {
  return (text, before = []) => {
    checkPattern(flag, text);
    return [...before, text];
  };
}

/** A regular expression that has been tried out. */
export function parsePattern(flag: string): (text: string) => string {
  return (text) => {
    checkPattern(flag, text);
    return text;
  };
}

/** For repeatable options: appends a `NAME=value`. */
export function collectEnvironment(flag: string): (text: string, before?: string[]) => string[] {
  return (text, before = []) => {
    if (!/^[^=\0]+=/.test(text)) throw malformed(flag, 'NAME=value', text);
    return [...before, text];
  };
}

function malformed(flag: string, wanted: string, text: string): PystackError {
  return new PystackError('usage', `${flag} needs ${wanted}, not '${text}'`, { cause: 'The value is malformed.' });
}
