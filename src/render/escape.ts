/**
 * How does text from the target reach a terminal without doing anything there? Names, paths and sources are another
 * process's to choose: they may hold escape sequences, line breaks, or marks that turn the reading direction around
 * ("Trojan Source", CVE-2021-42574). What acts instead of showing becomes a visible escape as Python writes it.
 */

/**
 * What a terminal must not get raw:
 * - Cc: C0 and C1 controls and DEL (escape sequences, line breaks, backspaces);
 * - Cs: lone surrogates, which have no UTF-8 form (undecodable bytes of file names arrive as these);
 * - Zl, Zp: line and paragraph separators;
 * - marks of direction and the other invisible format characters. Joiners (U+200C, U+200D) stay: scripts and emoji
 *   are made of them.
 */
const ACTS =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u{061C}\u{200B}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2060}-\u{206F}\u{FEFF}\u{FFF9}-\u{FFFB}]/u;
const EACH_THAT_ACTS = new RegExp(ACTS.source, 'gu');

/** Nothing acts in it, and that is quickly seen: nearly all text. */
const PLAIN = /^[ -~]*$/;

/** Short names for those that have one in Python. */
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `text` with everything that would act on a terminal written out: `\x1b`, `\u202e`, `\n`. */
export function harmless(text: string): string {
  return !PLAIN.test(text) && ACTS.test(text) ? text.replace(EACH_THAT_ACTS, escapeOf) : text;
}

/** Spaces for a tab inside a line of source; leading ones are cut before, so there is no column to align to. */
const TAB = '    ';

/** The same for a piece of a source line, where a tab is a distance and not a threat. */
export function harmlessSource(text: string): string {
  return harmless(text.includes('\t') ? text.replaceAll('\t', TAB) : text);
}

function escapeOf(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
