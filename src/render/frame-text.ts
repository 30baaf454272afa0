/** How does one frame look? Its line, its source with the executing part marked, its arguments and locals. */
import type { Frame, NativeFrame, PythonFrame, SourceLine, Variable } from '../snapshot.js';
import { harmless, harmlessSource } from './escape.js';
import type { Palette } from './palette.js';
import { ShownValues } from './shown-values.js';
import { SOURCE_MARKS } from './source-marks.js';
import { wrapText } from './wrap.js';

/** A frame's line and its source line, and the frame they were written for. */
interface Head {
  readonly frame: PythonFrame;
  readonly text: string;
}

export interface FrameStyle {
  /** How a file is shown, harmless; default: its path as it is. */
  readonly fileText?: (file: string, line: number | null) => string;
  /** Columns that values are wrapped to; default: each is one line. */
  readonly wrap?: { readonly width: number };
}

/** Lines of a value that are shown where it is wrapped. */
const MOST_VALUE_LINES = 4;

/** Writes frames. What many have in common, all of it or all but the variables, is written once. */
export class FrameWriter {
  readonly #palette: Palette;
  readonly #style: FrameStyle;
  readonly #frames = new Map<Frame, string>();
  /** By what frames at one instruction share. */
  readonly #heads = new Map<SourceLine, Head>();
  #values = new ShownValues();
  /** A stack without variables, which may be that of many threads. */
  #lastFrames: readonly Frame[] | null = null;
  #lastTexts: readonly string[] = [];

  constructor(palette: Palette, style: FrameStyle = {}) {
    this.#palette = palette;
    this.#style = style;
  }

  /** What follows is another stack. */
  beginStack(): void {
    this.#values = new ShownValues();
  }

  /** Of each of these as {@link text}. Where stacks are one, so are their lines. */
  texts(frames: readonly Frame[]): readonly string[] {
    if (frames === this.#lastFrames) return this.#lastTexts;
    if (frames.length === 0) return [];
    // In one piece, which is put together once.
    const texts = [frames.map((frame) => this.text(frame)).join('\n')];
    // What variables hold is written as what was written before.
    if (!frames.some((frame) => frame.kind === 'python' && frame.arguments !== undefined)) {
      this.#lastTexts = texts;
      this.#lastFrames = frames;
    }
    return texts;
  }

  /** The lines of one frame, each ended but the last. */
  text(frame: Frame): string {
    let text = this.#frames.get(frame);
    if (text === undefined) {
      text = frame.kind === 'python' ? this.#pythonText(frame) : nativeText(frame, this.#palette);
      // With variables no two frames are the same, nor are those of code without names.
      const mayBeShared = frame.kind === 'python' ? frame.arguments === undefined : frame.symbol !== null;
      if (mayBeShared) this.#frames.set(frame, text);
    }
    return text;
  }

  #pythonText(frame: PythonFrame): string {
    const palette = this.#palette;
    const gap =
      frame.gap === undefined ? '' : `    ${palette.note(`* Frames may be missing here: ${harmless(frame.gap)}`)}\n`;
    let text = gap + this.#headText(frame);
    if (frame.problem !== undefined) text += `\n        ${palette.note(`* ${harmless(frame.problem)}`)}`;
    if (frame.arguments !== undefined) text += this.#variablesText('Arguments', frame.arguments, frame);
    if (frame.locals !== undefined) text += this.#variablesText('Locals', frame.locals, frame);
    if (frame.omittedLocals !== undefined) text += `\n        ${palette.faint(`… ${frame.omittedLocals} more`)}`;
    return text;
  }

  #variablesText(heading: string, variables: readonly Variable[], frame: PythonFrame): string {
    if (variables.length === 0) return '';
    const { wrap } = this.#style;
    let text = `\n      ${this.#palette.faint(`${heading}:`)}`;
    for (const variable of variables) {
      const line = `${harmless(variable.name)}: ${this.#values.text(variable, frame)}`;
      const lines = wrap ? wrapText(line, Math.max(wrap.width - 10, 20), MOST_VALUE_LINES) : [line];
      text += `\n        ${lines.join('\n          ')}`;
    }
    return text;
  }

  #headText(frame: PythonFrame): string {
    const { source } = frame;
    if (source === null) return headText(frame, this.#palette, this.#style);
    const known = this.#heads.get(source);
    if (known && hasSameHead(known.frame, frame)) return known.text;
    const line = sourceText(source, this.#palette);
    const text = headText(frame, this.#palette, this.#style) + (line === '' ? '' : `\n        ${line}`);
    this.#heads.set(source, { frame, text });
    return text;
  }
}

function headText(frame: PythonFrame, palette: Palette, { fileText = harmless }: FrameStyle): string {
  const name = palette.name(harmless(frame.qualname ?? frame.function));
  const file = fileText(frame.file, frame.line);
  return `    ${palette.python('(Python)')} File "${file}", line ${frame.line ?? '?'}, in ${name}`;
}

function hasSameHead(a: PythonFrame, b: PythonFrame): boolean {
  return a.function === b.function && a.qualname === b.qualname && a.file === b.file && a.line === b.line;
}

/** The line without its indentation, the executing columns coloured. A changed file's line is no truth to point into. */
function sourceText(source: SourceLine, palette: Palette): string {
  const { text } = source;
  const first = text.length - text.trimStart().length;
  const last = text.trimEnd().length;
  if (last <= first) return '';
  const said = SOURCE_MARKS[source.status];
  if (source.status === 'modified') return palette.faint(`${harmlessSource(text.slice(first, last))}${said}`);
  const mark = said === '' ? '' : palette.faint(said);
  if (source.start === null) return harmlessSource(text.slice(first, last)) + mark;
  const start = Math.min(Math.max(source.start, first), last);
  const end = Math.min(Math.max(source.end ?? last, start), last);
  const executing = end > start ? palette.executing(harmlessSource(text.slice(start, end))) : '';
  return harmlessSource(text.slice(first, start)) + executing + harmlessSource(text.slice(end, last)) + mark;
}

function nativeText(frame: NativeFrame, palette: Palette): string {
  const file = frame.file === null ? '???' : harmless(frame.file);
  const symbol = palette.name(frame.symbol === null ? frame.address : harmless(frame.symbol));
  const inlined = frame.inlined ? ' (inlined)' : '';
  const library = frame.library === null ? '' : ` (${palette.faint(harmless(frame.library))})`;
  return `    ${palette.native('(C)')} File "${file}", line ${frame.line ?? '?'}, in ${symbol}${inlined}${library}`;
}
