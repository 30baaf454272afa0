/** How does a stack look on a page? Calls below each other, outermost first, with the source line and what variables hold. */
import { callOf, runsOf } from '../../report/fold.js';
import type { Frame, NativeFrame, PythonFrame, SourceLine, Variable } from '../../snapshot.js';
import { thousands } from '../../thousands.js';
import { harmless, harmlessSource } from '../escape.js';
import { startFrames } from '../page.js';
import type { ShortPaths } from '../paths.js';
import { ShownValues } from '../shown-values.js';
import { SOURCE_MARKS } from '../source-marks.js';

/** Frames of a stack that are on the page: of more, the outermost and the innermost. */
const MOST_FRAMES = 300;
const OUTER_FRAMES = 100;
/** Frames of a recursion that are on the page before the rest is only counted. */
const SHOWN_FRAMES = 3;

type Part = { readonly frame: Frame } | { readonly left: number; readonly round: readonly Frame[] };

export function Stack({ frames, paths }: { readonly frames: readonly Frame[]; readonly paths: ShortPaths }) {
  if (frames.length === 0) return <p class="none">no frames</p>;
  const start = startFrames(frames);
  const parts = partsOf(frames.slice(start));
  const values = valueTexts(parts);
  return (
    <ol class="stack">
      {start > 0 && <li class="left">… {start} frames in which threading starts the thread</li>}
      {parts.map((part, i) =>
        'frame' in part ? (
          <FrameItem key={i} frame={part.frame} paths={paths} values={values} />
        ) : (
          <li key={i} class="left">
            {leftText(part.left, part.round)}
          </li>
        ),
      )}
    </ol>
  );
}

function partsOf(frames: readonly Frame[]): Part[] {
  const parts = runsOf(frames, keyOf).flatMap(({ from, length, times }): Part[] => {
    const all = frames.slice(from, from + length * times);
    const shown = times === 1 ? all.length : length * Math.max(1, Math.floor(SHOWN_FRAMES / length));
    // What a thread is at is its innermost frame: that is shown, be it one more of the same.
    const last = from + all.length === frames.length ? length : 0;
    const left = all.length - shown - last;
    if (left < 2) return all.map((frame) => ({ frame }));
    const [before, after] = [all.slice(0, shown), all.slice(all.length - last)];
    return [
      ...before.map((frame) => ({ frame })),
      { left, round: all.slice(0, length) },
      ...(last === 0 ? [] : after.map((frame) => ({ frame }))),
    ];
  });
  if (parts.length <= MOST_FRAMES) return parts;
  const innerFrom = parts.length - (MOST_FRAMES - OUTER_FRAMES);
  const hidden = parts.slice(OUTER_FRAMES, innerFrom);
  const left = hidden.reduce((sum, part) => sum + ('frame' in part ? 1 : part.left), 0);
  return [...parts.slice(0, OUTER_FRAMES), { left, round: [] }, ...parts.slice(innerFrom)];
}

/** With variables no two frames are the same. */
function keyOf(frame: Frame): unknown {
  if (frame.kind === 'python') return frame.locals === undefined ? callOf(frame) : frame;
  return frame.symbol === null ? frame.address : callOf(frame);
}

function leftText(left: number, round: readonly Frame[]): string {
  if (round.length === 0) return `… ${thousands(left)} frames more`;
  return `… ${thousands(left)} more of ${round.map(callText).join(' → ')}`;
}

/** The call alone, harmless. */
export function callText(frame: Frame): string {
  return harmless(frame.kind === 'python' ? (frame.qualname ?? frame.function) : (frame.symbol ?? frame.address));
}

/** What is written for each variable of a stack: an object that was written above is not written again. */
type ValueTexts = ReadonlyMap<Variable, string>;

function valueTexts(parts: readonly Part[]): ValueTexts {
  const shown = new ShownValues();
  const texts = new Map<Variable, string>();
  for (const part of parts) {
    if (!('frame' in part) || part.frame.kind !== 'python') continue;
    const { frame } = part;
    for (const variable of [...(frame.arguments ?? []), ...(frame.locals ?? [])]) {
      texts.set(variable, shown.text(variable, frame));
    }
  }
  return texts;
}

interface ItemProps<F> {
  readonly frame: F;
  readonly paths: ShortPaths;
  readonly values: ValueTexts;
}

function FrameItem({ frame, ...rest }: ItemProps<Frame>) {
  return frame.kind === 'python' ? <PythonItem frame={frame} {...rest} /> : <NativeItem frame={frame} />;
}

function PythonItem({ frame, paths, values }: ItemProps<PythonFrame>) {
  const { source, problem, gap, locals, omittedLocals } = frame;
  return (
    <li>
      {gap !== undefined && <p class="note">Frames may be missing here: {harmless(gap)}</p>}
      <b>{callText(frame)}</b> <Place file={paths.short(frame.file)} line={frame.line} />
      {source !== null && <Source source={source} />}
      {problem !== undefined && <p class="note">{harmless(problem)}</p>}
      <Variables title="Arguments" variables={frame.arguments} values={values} />
      <Variables title="Locals" variables={locals} values={values} />
      {omittedLocals !== undefined && <p class="none">… {thousands(omittedLocals)} more</p>}
    </li>
  );
}

function NativeItem({ frame }: { readonly frame: NativeFrame }) {
  const { file, line, library, inlined } = frame;
  return (
    <li class="c">
      <b>{callText(frame)}</b> {inlined && 'inlined '}
      {file !== null && <Place file={file} line={line} />}
      {library !== null && <small> {harmless(library)}</small>}
    </li>
  );
}

/** Where a thread or a task is: its innermost call, as its heading has it. */
export function At({ frame, paths }: { readonly frame: Frame; readonly paths: ShortPaths }) {
  return (
    <span class="at">
      {callText(frame)}
      {frame.kind === 'python' && (
        <>
          {' '}
          <Place file={paths.short(frame.file)} line={frame.line} />
        </>
      )}
    </span>
  );
}

export function Place({ file, line }: { readonly file: string; readonly line: number | null }) {
  return (
    <i>
      {harmless(file)}:{line ?? '?'}
    </i>
  );
}

/** The line without its indentation, the executing part marked. A changed file's line is no truth to point into. */
function Source({ source }: { readonly source: SourceLine }) {
  const { text, status } = source;
  const first = text.length - text.trimStart().length;
  const last = text.trimEnd().length;
  if (last <= first) return null;
  const said = SOURCE_MARKS[status];
  const mark = said === '' ? null : <small>{said}</small>;
  if (status === 'modified' || source.start === null) {
    return (
      <code>
        {harmlessSource(text.slice(first, last))}
        {mark}
      </code>
    );
  }
  const start = Math.min(Math.max(source.start, first), last);
  const end = Math.min(Math.max(source.end ?? last, start), last);
  return (
    <code>
      {harmlessSource(text.slice(first, start))}
      {end > start && <mark>{harmlessSource(text.slice(start, end))}</mark>}
      {harmlessSource(text.slice(end, last))}
      {mark}
    </code>
  );
}

interface VariablesProps {
  readonly title: string;
  readonly variables?: readonly Variable[];
  readonly values: ValueTexts;
}

function Variables({ title, variables = [], values }: VariablesProps) {
  if (variables.length === 0) return null;
  return (
    <dl class="vars" aria-label={title}>
      {variables.map((variable, i) => (
        <div key={i}>
          <dt>{harmless(variable.name)}</dt>
          <dd>{values.get(variable)}</dd>
        </div>
      ))}
    </dl>
  );
}
