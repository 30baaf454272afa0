/**
 * How is a command line shown? As a shell would take it, without the secrets that people put there: the values of
 * options, variables and headers that are called like one, and passwords in addresses.
 */
import { REDACTED, withoutSecrets } from '../secrets/command-line.js';
import { harmless } from './escape.js';

/** One line for a terminal. @param isSecret whether a value under that name is to be withheld */
export function commandLineText(words: readonly string[], isSecret: (name: string) => boolean): string {
  return withoutSecrets(words, isSecret)
    .map((word) => harmless(quoted(word)))
    .join(' ');
}

/** As one word of a shell. Others show it better as it is: it may be a title, not a word. */
function quoted(word: string): string {
  if (word === '') return "''";
  if (word.startsWith(REDACTED) || /^[^\s'"\\$`;&|<>()*?[\]{}!#~]+$/.test(word)) return word;
  return word.includes("'") ? JSON.stringify(word) : word.includes(REDACTED) ? word : `'${word}'`;
}
