/**
 * Which words of a command are secret? What follows `--password`; and what programs that people give passwords take with a letter:
 * `mysql -pSECRET`, `docker login -p SECRET`, `curl -u user:SECRET`. Pure. Commands as lists of words, or as they stand in a text.
 */
import type { Span } from './span.js';

/** An option that takes a password. */
interface Rule {
  /** Its program, without its folder. */
  readonly program: RegExp;
  /** One word that comes with it, where the letter means something else otherwise: `docker run -p 80:80`. */
  readonly command?: RegExp;
  /** The option, where its value is the next word, ... */
  readonly apart?: RegExp;
  /** ... and what it begins with, where its value follows in the same word. */
  readonly joined?: RegExp;
  /** What of the value is none: `user:`. Without it, there is no secret. */
  readonly before?: RegExp;
}

const USER_AND_COLON = /^[^:]*:(?=.)/;

const RULES: readonly Rule[] = [
  { program: /^(?:mysql\w*|mariadb[\w-]*|7z[ar]?)$/, joined: /^-p(?=.)/ },
  { program: /^(?:mongo\w*|sshpass|cqlsh|twine)$/, apart: /^-p$/, joined: /^-p(?=.)/ },
  { program: /^(?:redis|valkey|keydb)-cli$/, apart: /^(?:-a|--pass)$/ },
  {
    program: /^curl$/,
    apart: /^(?:-u|-U|--user|--proxy-user)$/,
    joined: /^(?:-[uU]=?|--(?:proxy-)?user=)(?=.)/,
    before: USER_AND_COLON,
  },
  { program: /^https?$/, apart: /^(?:-a|--auth)$/, joined: /^(?:-a|--auth=)(?=.)/, before: USER_AND_COLON },
  {
    program: /^(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|oc|az|cf|jf|ibmcloud|argocd)$/,
    command: /^(?:login|auth)$/,
    apart: /^-p$/,
    joined: /^-p(?=.)/,
  },
  { program: /^ldap\w+$/, apart: /^-w$/, joined: /^-w(?=.)/ },
  { program: /^(?:smbclient|smbget|rpcclient|net)$/, apart: /^-U$/, joined: /^-U(?=.)/, before: /^[^%]*%(?=.)/ },
  { program: /^lftp$/, apart: /^-u$/, before: /^[^,]*,(?=.)/ },
  { program: /^openssl$/, apart: /^-pass(?:in|out)?$/, before: /^pass:(?=.)/ },
  { program: /^openssl$/, apart: /^-[kK]$/ },
  { program: /^snmp\w+$/, apart: /^-[AX]$/ },
  { program: /^(?:ipmitool|sqlcmd|bcp|isql|osql|tsql|mosquitto_\w+|zip|unzip)$/, apart: /^-P$/, joined: /^-P(?=.)/ },
  { program: /^(?:keytool|jarsigner)$/, apart: /^-(?:store|key)pass$/ },
];

/** Which items of an argument list are secret. By index; null: all of that item. */
export function secretArguments(
  items: readonly (string | null)[],
  isSecret: (name: string) => boolean,
): Map<number, Span | null> {
  const found = new Map<number, Span | null>();
  items.forEach((item, i) => {
    const option = item === null ? null : /^--?([A-Za-z][\w.-]*)$/.exec(item);
    const next = items[i + 1];
    if (option && isSecret(option[1] ?? '') && next !== undefined && !next?.startsWith('-')) found.set(i + 1, null);
  });
  for (const [i, item] of items.entries()) {
    const program = item === null ? null : nameOf(item);
    if (program === null) continue;
    for (const rule of RULES) if (rule.program.test(program)) byRule(rule, items, i + 1, found);
  }
  return found;
}

/** A program's name: it stands first, or behind `sudo`, `env`, `timeout 5`, … */
function nameOf(word: string): string | null {
  const name = word.slice(word.lastIndexOf('/') + 1);
  return name.length > 0 && name.length < 40 && !word.startsWith('-') ? name : null;
}

function byRule(rule: Rule, items: readonly (string | null)[], from: number, found: Map<number, Span | null>): void {
  const words = items.slice(from);
  if (rule.command && !words.some((word) => word !== null && rule.command?.test(word))) return;
  words.forEach((word, k) => {
    if (word === null) return;
    const next = words[k + 1];
    if (rule.apart?.test(word) && next) note(next, 0, from + k + 1);
    const option = rule.joined?.exec(word);
    if (option) note(word, option[0].length, from + k);
  });
  function note(word: string, start: number, index: number): void {
    const before = rule.before ? rule.before.exec(word.slice(start)) : [''];
    if (before === null) return;
    const first = start + (before[0] ?? '').length;
    if (first < word.length) found.set(index, first === 0 ? null : { start: first, end: word.length });
  }
}

/** Where such a program's name may be in a text: behind a space or what begins a command. */
const PROGRAM =
  /(?<![\w.-])(?:mysql\w*|mariadb[\w-]*|7z[ar]?|mongo\w*|sshpass|cqlsh|twine|(?:redis|valkey|keydb)-cli|curl|https?|docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|oc|az|cf|jf|ibmcloud|argocd|ldap\w+|smbclient|smbget|rpcclient|net|lftp|openssl|snmp\w+|ipmitool|sqlcmd|bcp|isql|osql|tsql|mosquitto_\w+|zip|unzip|keytool|jarsigner)(?=[ \t]+[^\s=:])/g;

/** Characters of a command that are looked at, and commands of a text. */
const LONGEST = 2000;
const MOST = 50;
/** Up to where a command ends; and its words, with their quotes. What is not closed ends where the text does. */
const COMMAND = /^(?:"(?:[^"\\]|\\.)*"?|'[^'\n]*'?|[^\n;|&\\"']|\\[\s\S])*/;
const WORD = /(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"'\\]|\\[\s\S])+/g;

/** The secret parts of the commands in a text. */
export function secretWords(text: string): Span[] {
  const parts: Span[] = [];
  let [count, next] = [0, 0];
  for (const { index } of text.matchAll(PROGRAM)) {
    // A program behind another in one command (`sudo`, `docker exec`) was looked at with it.
    if (index < next) continue;
    if (count++ >= MOST) break;
    const [line = ''] = COMMAND.exec(text.slice(index, index + LONGEST)) ?? [];
    next = index + line.length;
    const words = [...line.matchAll(WORD)].map((match) => unquoted(match[0], index + match.index));
    parts.push(...secretSpans(words, NOT_BY_NAME));
  }
  return parts;
}

/** A word of a text, without its quotes, and where that begins. */
export interface PlacedWord {
  readonly inside: string;
  readonly start: number;
}

/** As {@link secretArguments} of these words; where in their text the secrets stand. */
export function secretSpans(words: readonly PlacedWord[], isSecret: (name: string) => boolean): Span[] {
  const found = secretArguments(
    words.map(({ inside }) => inside),
    isSecret,
  );
  return [...found].map(([i, span]) => {
    const { inside = '', start = 0 } = words[i] ?? {};
    return { start: start + (span?.start ?? 0), end: start + (span?.end ?? inside.length) };
  });
}

const NOT_BY_NAME = (): boolean => false;

/** What begins at `start` without quotes around it. */
function unquoted(word: string, start: number): PlacedWord {
  const quote = word[0] ?? '';
  if (quote !== '"' && quote !== "'") return { inside: word, start };
  return { inside: word.length > 1 && word.endsWith(quote) ? word.slice(1, -1) : word.slice(1), start: start + 1 };
}
