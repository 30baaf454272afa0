/**
 * How does a sentence fit into one line of a terminal? Cut where a clause ends, outside of parentheses, so that what is left
 * is still a sentence; what was cut off is had with -v.
 */

const MORE = ' … (-v)';

const WORD_BEGIN = 12;
const WORD_END = 28;
const LONG_WORD = /\S{48,}/g;

/** At most `width` characters; the text itself where it fits. */
export function concise(whole: string, width: number): string {
  if (whole.length <= width) return whole;
  // A long path says most by its end; the words around it say what is the matter.
  const text = whole.replaceAll(LONG_WORD, (word) => `${word.slice(0, WORD_BEGIN)}…${word.slice(-WORD_END)}`);
  if (text.length + MORE.length <= width) return text + MORE;
  const room = width - MORE.length;
  let depth = 0;
  let clause = 0;
  let word = 0;
  for (let i = 0; i < room; i++) {
    const here = text.charAt(i);
    if (depth === 0 && i > 0) {
      if (here === ' ') word = i;
      if (endsClause(text, i)) clause = i;
    }
    if (here === '(' || here === '[') depth++;
    if ((here === ')' || here === ']') && depth > 0) depth--;
  }
  // A clause that leaves next to nothing says less than half a sentence does.
  const at = clause >= room / 3 ? clause : word >= room / 2 ? word : room;
  return `${text.slice(0, at).trimEnd()}${MORE}`;
}

/** Before a parenthesis, or at a mark that a space follows. */
function endsClause(text: string, at: number): boolean {
  if (text.charAt(at) === ' ' && text.charAt(at + 1) === '(') return true;
  return /[.;,:]/.test(text.charAt(at)) && text.charAt(at + 1) === ' ';
}
