/** How does one frame look? Its line, its source with the executing part marked, its arguments and locals. */
import type { Frame, NativeFrame, PythonFrame, SourceLine, Value, Variable } from '../snapshot.js';
import { harmless, harmlessSource } from './escape.js';
import type { Palette } from './palette.js';

/** Writes frames. What many have in common, all of it or the source line, is written once. */
export class FrameWriter {
  readonly #palette: Palette;
  readonly #frames = new Map<Frame, string>();
  readonly #sources = new Map<SourceLine, string>();

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  /** The lines of one frame, each ended but the last. */
  text(frame: Frame): string {
    let text = this.#frames.get(frame);
    if (text === undefined) {
      text = frame.kind === 'python' ? this.#pythonText(frame) : nativeText(frame, this.#palette);
      // With variables no two frames are the same.
      if (frame.kind === 'python' && frame.arguments === undefined) this.#frames.set(frame, text);
    }
    return text;
  }

  #pythonText(frame: PythonFrame): string {
    const palette = this.#palette;
    const name = palette.name(harmless(frame.qualname ?? frame.function));
    let text = `    ${palette.python('(Python)')} File "${harmless(frame.file)}", line ${frame.line ?? '?'}, in ${name}`;
    const source = frame.source === null ? '' : this.#sourceText(frame.source);
    if (source !== '') text += `\n        ${source}`;
    if (frame.problem !== undefined) text += `\n        ${palette.note(`* ${harmless(frame.problem)}`)}`;
    if (frame.arguments !== undefined) text += variablesText('Arguments', frame.arguments, palette);
    if (frame.locals !== undefined) text += variablesText('Locals', frame.locals, palette);
    if (frame.omittedLocals !== undefined) text += `\n        ${palette.faint(`… ${frame.omittedLocals} more`)}`;
    return text;
  }

  #sourceText(source: SourceLine): string {
    let text = this.#sources.get(source);
    if (text === undefined) {
      text = sourceText(source, this.#palette);
      this.#sources.set(source, text);
    }
    return text;
  }
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

function variablesText(heading: string, variables: Variable[], palette: Palette): string {
  if (variables.length === 0) return '';
  let text = `\n      ${palette.faint(`${heading}:`)}`;
  for (const { name, value } of variables) text += `\n        ${harmless(name)}: ${variableText(value)}`;
  return text;
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
