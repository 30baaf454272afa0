/**
 * How is a command line shown? As a shell would take it, without the secrets that people put there: the values of
 * options, variables and headers that are called like one, and passwords in addresses.
 */
import { harmless } from './escape.js';

/** What stands for a secret; the same as in values of variables. */
const REDACTED = '<redacted>';

/** One line for a terminal. @param isSecret whether a value under that name is to be withheld */
export function commandLineText(words: readonly string[], isSecret: (name: string) => boolean): string {
  return withoutSecrets(words, isSecret)
    .map((word) => harmless(quoted(word)))
    .join(' ');
}

/** The same words with secrets replaced. */
export function withoutSecrets(words: readonly string[], isSecret: (name: string) => boolean): string[] {
  let nextIsSecret = false;
  return words.map((word, i) => {
    // A process that wrote its own title (gunicorn, celery) has it all in its first word.
    if (i === 0 && words.length === 1) return inText(word, isSecret);
    if (nextIsSecret && !word.startsWith('-')) {
      nextIsSecret = false;
      return REDACTED;
    }
    const option = /^--?([\w.-]+)$/.exec(word)?.[1];
    nextIsSecret = option !== undefined && isSecret(option);
    return inText(word, isSecret);
  });
}

/** `scheme://user:password@`, `name: value` to its end (a header), `"name": "value"` and `name=value` anywhere, `Bearer …`. */
function inText(text: string, isSecret: (name: string) => boolean): string {
  const isNamed = (name: string) => isSecret(name.replace(/^-+/, ''));
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/]+@/gi, `$1:${REDACTED}@`)
    .replace(/^([\w-]+): *\S.*$/s, (all, name) => (isNamed(name) ? `${name}: ${REDACTED}` : all))
    .replaceAll(/\b(Bearer) +[\w.~+/=-]{6,}/g, `$1 ${REDACTED}`)
    .replaceAll(/(["'])([\w.-]+)\1( *: *)(["'])((?:(?!\4)[^\\]|\\.)*)\4/g, (all, quote, name, between, open) =>
      isNamed(name) ? `${quote}${name}${quote}${between}${open}${REDACTED}${open}` : all,
    )
    .replaceAll(/([\w.-]+)=("[^"]*"|'[^']*'|[^\s&,;]+)/g, (all, name) => (isNamed(name) ? `${name}=${REDACTED}` : all));
}

/** As one word of a shell. Others show it better as it is: it may be a title, not a word. */
function quoted(word: string): string {
  if (word === '') return "''";
  if (word.startsWith(REDACTED) || /^[^\s'"\\$`;&|<>()*?[\]{}!#~]+$/.test(word)) return word;
  return word.includes("'") ? JSON.stringify(word) : word.includes(REDACTED) ? word : `'${word}'`;
}
