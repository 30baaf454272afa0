/** What of a command line may be shown, or written down? All but the secrets that people put there. Pure. */
import { secretArguments } from './commands.js';
import { secretParts } from './shapes.js';
import { merged, type Span, withMark } from './span.js';

/** What stands for a secret; the same as in values of variables. */
export const REDACTED = '<redacted>';

/** The words of a command line with secrets replaced. */
export function withoutSecrets(words: readonly string[], isSecret: (name: string) => boolean): string[] {
  // A process that wrote its own title (gunicorn, celery) has it all in its first word.
  const found = words.length === 1 ? new Map<number, Span | null>() : secretArguments(words, isSecret);
  return words.map((word, i) => {
    const part = found.get(i);
    if (part === null) return REDACTED;
    return inText(word, isSecret, part ? [part] : []);
  });
}

/** The same of one that was made a line, and may be cut, as a core has it. */
export function lineWithoutSecrets(line: string, isSecret: (name: string) => boolean): string {
  return inText(line, isSecret, []);
}

/** A header to its end; else what is secret by its shape. */
function inText(text: string, isSecret: (name: string) => boolean, known: readonly Span[]): string {
  const header = /^([\w-]+): *\S.*$/s.exec(text);
  if (header && isSecret(header[1] ?? '')) return `${header[1]}: ${REDACTED}`;
  return withMark(text, merged([...known, ...secretParts(text, isSecret, 'whole')]), REDACTED);
}
