/**
 * How is an error told? In three lines: what happened, the likely cause, the next step. All that was tried and seen, and
 * what did not fit, with -v. Never a stack trace, unless asked for.
 */
import { ERRORS, PystackError } from '../errors.js';
import type { ErrorDocument } from '../many/document.js';
import { harmless } from '../render/escape.js';
import { threadInOrder } from '../render/json.js';
import type { Palette } from '../render/palette.js';
import { SCHEMA_VERSION } from '../snapshot.js';
import { concise } from './concise.js';
import { withoutSecretWords } from './secret-names.js';
import type { View } from './view.js';

/** Whatever was thrown as an error of the closed list: what is none of ours is our fault. */
export function asPystackError(thrown: unknown): PystackError {
  if (thrown instanceof PystackError) return thrown;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new PystackError('internal', `something unexpected happened: ${what}`, { underlying: thrown });
}

/** Columns of each line, unless more is asked for. */
const WIDTH = 100;

/**
 * A few lines for stderr.
 * @param about what to add to a report of a fault of ours: versions and machine
 */
export function errorReport(error: PystackError, palette: Palette, verbosity: number, about: () => string): string {
  const { code, details, exitCode, message } = error;
  const line = (label: string, text: string, paint: (text: string) => string) =>
    `${paint(label)} ${verbosity > 0 ? text : concise(text, WIDTH - label.length - 1)}`;
  const lines = [
    line('pystack:', oneLine(message), palette.alarm),
    line('Cause:', causeOf(error), palette.name),
    line('Next step:', nextStepOf(error), palette.name),
  ];
  if (verbosity >= 1) {
    if (code === 'internal') lines.push(`${palette.name('Version:')} ${oneLine(about())}`);
    for (const [heading, all] of [
      ['Tried:', details.tried ?? []],
      ['Seen nevertheless:', details.seen ?? []],
    ] as const) {
      if (all.length > 0) lines.push(palette.name(heading));
      for (const one of all) lines.push(`  ${oneLine(one)}`);
    }
    lines.push(palette.faint(`Error '${code}', exit code ${exitCode}; see docs/errors.md`));
  }
  if (verbosity >= 2) lines.push(...traces(error).map((text) => palette.faint(text)));
  return `${lines.join('\n')}\n`;
}

/** The same for a program, with all that is known, on one line. */
export function errorJson(error: PystackError, view: View): string {
  const { code, details, exitCode, message } = error;
  const document: ErrorDocument = {
    schemaVersion: SCHEMA_VERSION,
    kind: 'error',
    error: {
      code,
      message,
      cause: details.cause ?? ERRORS[code].meaning,
      nextStep: details.nextStep ?? ERRORS[code].remedy,
    },
    exitCode,
    tried: [...(details.tried ?? [])],
    seen: [...(details.seen ?? [])],
    core: details.core ? withoutSecretWords(details.core, view).core : null,
    threads: (details.nativeOnly?.threads ?? []).map(threadInOrder),
  };
  return `${JSON.stringify(document)}\n`;
}

function causeOf({ code, details }: PystackError): string {
  return sentence(oneLine(details.cause ?? ERRORS[code].meaning));
}

function nextStepOf({ code, details }: PystackError): string {
  return oneLine(details.nextStep ?? ERRORS[code].remedy);
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
