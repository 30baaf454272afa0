/** How is an error told? What happened, the likely cause, the next step. Never a stack trace, unless asked for. */
import { ERRORS, PystackError } from '../errors.js';
import { harmless } from '../render/escape.js';
import type { Palette } from '../render/palette.js';

/** Whatever was thrown as an error of the closed list: what is none of ours is our fault. */
export function asPystackError(thrown: unknown): PystackError {
  if (thrown instanceof PystackError) return thrown;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new PystackError('internal', `something unexpected happened: ${what}`, { underlying: thrown });
}

/**
 * A few lines for stderr.
 * @param about what to add to a report of a fault of ours: versions and machine
 */
export function errorReport(error: PystackError, palette: Palette, verbosity: number, about: () => string): string {
  const entry = ERRORS[error.code];
  const lines = [`${palette.alarm('pystack:')} ${oneLine(error.message)}`];
  lines.push(`${palette.name('Cause:')} ${sentence(oneLine(error.details.cause ?? entry.meaning))}`);
  if (error.code === 'internal') lines.push(`${palette.name('Version:')} ${oneLine(about())}`);
  lines.push(`${palette.name('Next step:')} ${oneLine(error.details.nextStep ?? entry.remedy)}`);
  const seen = error.details.seen ?? [];
  if (seen.length > 0) lines.push(palette.name('Seen nevertheless:'), ...seen.map((line) => `  ${oneLine(line)}`));
  if (verbosity >= 1)
    lines.push(palette.faint(`Error '${error.code}', exit code ${error.exitCode}; see docs/errors.md`));
  if (verbosity >= 2) lines.push(...traces(error).map((line) => palette.faint(line)));
  return `${lines.join('\n')}\n`;
}

function traces(error: Error): string[] {
  const lines: string[] = [];
  let next: unknown = error;
  // Causes could be chained in a circle by somebody else's code.
  for (let depth = 0; next instanceof Error && depth < 10; depth++) {
    lines.push(...(next.stack ?? String(next)).split('\n').map(harmless));
    next = next.cause;
  }
  return lines;
}

/** Causes are written as fragments in some places and as sentences in others; here they are sentences. */
function sentence(text: string): string {
  const begun = /^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** Messages may quote the target and may be wrapped by whoever wrote them; here each is one line. */
function oneLine(text: string): string {
  return harmless(text.replaceAll(/\s*\n\s*/g, ' ').trim());
}
