/**
 * How do the exceptions of a thread look? As Python's `traceback` module writes them: the chain, oldest first, with what led
 * to what; groups with their margins; a recursion told once. What only running code would tell is marked.
 * https://github.com/python/cpython/blob/v3.12.1/Lib/traceback.py
 */
import type { ExceptionInfo, PythonFrame, Thread } from '../snapshot.js';
import { harmless, harmlessSource } from './escape.js';
import { SOURCE_MARKS } from './source-marks.js';

const CAUSE = 'The above exception was the direct cause of the following exception:';
const CONTEXT = 'During handling of the above exception, another exception occurred:';

/** A line that stands more often one after the other is told that often. */
const RECURSIVE_CUTOFF = 3;
/** Members of a group, and groups in groups, that are told. */
const MAX_GROUP_WIDTH = 15;
const MAX_GROUP_DEPTH = 10;

/** What `format` is told of the version. */
export interface ExceptionStyle {
  /** Whether names of types come without their module (Python 2). */
  readonly shortNames: boolean;
}

/** Where the lines stand in groups. */
interface Margins {
  depth: number;
  needClose: boolean;
}

/** All of a thread's, each under a line that says what it does; none where there are none. */
export function exceptionsText(thread: Pick<Thread, 'exceptions'>, style: ExceptionStyle): string[] {
  return (thread.exceptions ?? []).flatMap(({ state, exception }) => [
    state === 'raised' ? '  Exception on its way:' : '  Exception being handled:',
    ...formatException(exception, style).map((line) => (line === '' ? '' : `    ${line}`)),
  ]);
}

/** Lines as `traceback.TracebackException.format()` has them, without marks under the source. */
export function formatException(exception: ExceptionInfo, style: ExceptionStyle): string[] {
  return chainLines(exception, style, { depth: 0, needClose: false });
}

function chainLines(last: ExceptionInfo, style: ExceptionStyle, margins: Margins): string[] {
  const chain: { readonly exception: ExceptionInfo; readonly link: string | null }[] = [];
  for (let exception: ExceptionInfo | null = last; exception; ) {
    const before = precedingOf(exception);
    chain.push({ exception, link: before?.link ?? null });
    exception = before?.exception ?? null;
  }
  return chain
    .reverse()
    .flatMap(({ exception, link }) => [
      ...(link === null ? [] : ['', link, ''].map((line) => inMargin(line, margins))),
      ...linesOfOne(exception, style, margins),
    ]);
}

function precedingOf({ cause, context, suppressContext }: ExceptionInfo) {
  if (cause !== null && cause.left === null) return { exception: cause, link: CAUSE };
  if (context !== null && context.left === null && !suppressContext) return { exception: context, link: CONTEXT };
  return null;
}

function linesOfOne(exception: ExceptionInfo, style: ExceptionStyle, margins: Margins): string[] {
  const own = [...tracebackLines(exception.traceback), ...finalLines(exception, style)];
  const traced = exception.traceback.length > 0;
  if (exception.exceptions === null) {
    return [...(traced ? ['Traceback (most recent call last):'] : []), ...own].map((line) => inMargin(line, margins));
  }
  if (margins.depth > MAX_GROUP_DEPTH) return [inMargin(`... (max_group_depth is ${MAX_GROUP_DEPTH})`, margins)];
  const isOutermost = margins.depth === 0;
  if (isOutermost) margins.depth = 1;
  const title = inMargin('Exception Group Traceback (most recent call last):', margins, isOutermost ? '+' : '|');
  const lines = [...(traced ? [title] : []), ...own.map((line) => inMargin(line, margins))];
  for (const line of memberLines(exception.exceptions, exception.omittedExceptions, style, margins)) lines.push(line);
  if (isOutermost) margins.depth = 0;
  return lines;
}

function memberLines(
  members: readonly ExceptionInfo[],
  omitted: number,
  style: ExceptionStyle,
  margins: Margins,
): string[] {
  const lines: string[] = [];
  const shown = members.slice(0, MAX_GROUP_WIDTH);
  const more = members.length - shown.length + omitted;
  const count = shown.length + (more > 0 ? 1 : 0);
  margins.needClose = false;
  for (let i = 0; i < count; i++) {
    const member = shown[i];
    // The last line may be drawn further in.
    if (i === count - 1) margins.needClose = true;
    lines.push(
      `${indent(margins)}${i === 0 ? '+-' : '  '}+---------------- ${member ? i + 1 : '...'} ----------------`,
    );
    margins.depth++;
    if (member) for (const line of chainLines(member, style, margins)) lines.push(line);
    else lines.push(inMargin(`and ${more} more exception${more > 1 ? 's' : ''}`, margins));
    if (i === count - 1 && margins.needClose) {
      lines.push(`${indent(margins)}+------------------------------------`);
      margins.needClose = false;
    }
    margins.depth--;
  }
  return lines;
}

function indent({ depth }: Margins): string {
  return '  '.repeat(depth);
}

function inMargin(line: string, margins: Margins, mark = '|'): string {
  return margins.depth === 0 ? line : `${indent(margins)}${mark} ${line}`;
}

function tracebackLines(frames: readonly PythonFrame[]): string[] {
  const lines: string[] = [];
  let last: PythonFrame | null = null;
  let count = 0;
  const repeated = () => {
    const more = count - RECURSIVE_CUTOFF;
    if (more > 0) lines.push(`  [Previous line repeated ${more} more time${more > 1 ? 's' : ''}]`);
  };
  for (const frame of frames) {
    if (!last || last.file !== frame.file || last.line !== frame.line || last.function !== frame.function) {
      repeated();
      last = frame;
      count = 0;
    }
    count++;
    if (count <= RECURSIVE_CUTOFF) lines.push(...frameLines(frame));
  }
  repeated();
  return lines;
}

function frameLines({ file, line, function: name, source, problem }: PythonFrame): string[] {
  const head = `  File "${harmless(file)}", line ${line ?? '?'}, in ${harmless(name)}`;
  const text = source === null ? '' : harmlessSource(source.text.trim());
  const changed = source === null ? '' : SOURCE_MARKS[source.status];
  return [
    head,
    ...(text === '' ? [] : [`    ${text}${changed}`]),
    ...(problem === undefined ? [] : [`    * ${harmless(problem)}`]),
  ];
}

function finalLines(exception: ExceptionInfo, style: ExceptionStyle): string[] {
  const { problem, left } = exception;
  return [
    ...(exception.syntax === null ? [] : placeLines(exception)),
    ...messageLines(exception, style),
    ...noteLines(exception),
    ...(left === 'again' ? ['* it is told elsewhere in this thread'] : []),
    ...(left === 'too-many' ? ['* there are too many exceptions: nothing more is told of it'] : []),
    ...(problem === undefined ? [] : [`* ${harmless(problem)}`]),
  ];
}

/** Of a SyntaxError, where in which file. */
function placeLines({ syntax }: ExceptionInfo): string[] {
  if (!syntax || syntax.line === null) return [];
  const text = syntax.text?.trim() ?? '';
  const place = `  File "${harmless(syntax.file ?? '<string>')}", line ${syntax.line}`;
  return text === '' ? [place] : [place, `    ${harmlessSource(text)}`];
}

function messageLines(exception: ExceptionInfo, style: ExceptionStyle): string[] {
  const type = typeText(exception.type, style);
  const { syntax, message } = exception;
  if (syntax !== null) {
    const where = syntax.line === null && syntax.file !== null ? ` (${syntax.file})` : '';
    return textLines(`${type}: ${syntax.message ?? '<no detail available>'}${where}`);
  }
  if (message !== null) return textLines(message === '' ? type : `${type}: ${message}`);
  if (exception.left !== null) return [type];
  if (exception.problem !== undefined && exception.args === null) return [`${type}: <what it says cannot be read>`];
  const args = exception.args === null ? '' : harmless(exception.args.repr);
  const lines = [`${type}: <what it says is not known without running it> args ${args || 'unknown'}`];
  const attributes = exception.attributes?.repr ?? '{}';
  if (attributes !== '{}') lines.push(`  attributes ${harmless(attributes)}`);
  return lines;
}

function typeText(type: string | null, { shortNames }: ExceptionStyle): string {
  if (type === null) return '<type unknown>';
  const name = type.replace(/^(__main__|builtins|exceptions)\./, '');
  return harmless(shortNames ? name.slice(name.lastIndexOf('.') + 1) : name);
}

function noteLines({ notes, omittedNotes }: ExceptionInfo): string[] {
  const lines = notes.flatMap(({ text, value }) =>
    text === null ? [`<a note that is not known without running it> ${harmless(value?.repr ?? '')}`] : textLines(text),
  );
  return omittedNotes === 0 ? lines : [...lines, `… ${omittedNotes} more notes`];
}

/** Text of the target, whose line ends stay line ends. */
function textLines(text: string): string[] {
  return text.split('\n').map(harmless);
}
