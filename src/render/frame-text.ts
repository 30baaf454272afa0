/** How does one frame look? Its line, its source with the executing part marked, its arguments and locals. */
import type { Frame, NativeFrame, PythonFrame, SourceLine, Value, Variable } from '../snapshot.js';
import { harmless, harmlessSource } from './escape.js';
import type { Palette } from './palette.js';

/** The lines of one frame, without line endings. */
export function frameText(frame: Frame, palette: Palette): string[] {
  return frame.kind === 'python' ? pythonText(frame, palette) : [nativeText(frame, palette)];
}

function pythonText(frame: PythonFrame, palette: Palette): string[] {
  const name = palette.name(harmless(frame.qualname ?? frame.function));
  const lines = [
    `    ${palette.python('(Python)')} File "${harmless(frame.file)}", line ${frame.line ?? '?'}, in ${name}`,
  ];
  const source = frame.source === null ? '' : sourceText(frame.source, palette);
  if (source !== '') lines.push(`        ${source}`);
  if (frame.problem !== undefined) lines.push(`        ${palette.note(`* ${harmless(frame.problem)}`)}`);
  variablesText('Arguments', frame.arguments, palette, lines);
  variablesText('Locals', frame.locals, palette, lines);
  if (frame.omittedLocals !== undefined) lines.push(`        ${palette.faint(`… ${frame.omittedLocals} more`)}`);
  return lines;
}

/** Said of a line that may not be the one that ran. */
const MODIFIED = '# file changed after the process started';

/** The line without its indentation, the executing columns coloured. A changed file's line is no truth to point into. */
function sourceText(source: SourceLine, palette: Palette): string {
  const { text } = source;
  const first = text.length - text.trimStart().length;
  const last = text.trimEnd().length;
  if (last <= first) return '';
  if (source.status === 'modified') return palette.faint(`${harmlessSource(text.slice(first, last))}  ${MODIFIED}`);
  if (source.start === null) return harmlessSource(text.slice(first, last));
  const start = Math.min(Math.max(source.start, first), last);
  const end = Math.min(Math.max(source.end ?? last, start), last);
  const executing = end > start ? palette.executing(harmlessSource(text.slice(start, end))) : '';
  return harmlessSource(text.slice(first, start)) + executing + harmlessSource(text.slice(end, last));
}

function variablesText(heading: string, variables: Variable[] | undefined, palette: Palette, lines: string[]): void {
  if (variables === undefined || variables.length === 0) return;
  lines.push(`      ${palette.faint(`${heading}:`)}`);
  for (const variable of variables) lines.push(`        ${harmless(variable.name)}: ${variableText(variable.value)}`);
}

/** A value as one harmless line; a problem is told where the value does not tell it itself. */
export function variableText(value: Value): string {
  const repr = harmless(value.repr);
  if (value.problem === undefined || value.repr.includes(value.problem)) return repr;
  return `${repr} (${harmless(value.problem)})`;
}

function nativeText(frame: NativeFrame, palette: Palette): string {
  const file = frame.file === null ? '???' : harmless(frame.file);
  const symbol = palette.name(frame.symbol === null ? frame.address : harmless(frame.symbol));
  const inlined = frame.inlined ? ' (inlined)' : '';
  const library = frame.library === null ? '' : ` (${palette.faint(harmless(frame.library))})`;
  return `    ${palette.native('(C)')} File "${file}", line ${frame.line ?? '?'}, in ${symbol}${inlined}${library}`;
}
