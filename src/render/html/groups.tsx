/** How do groups look on a page? Who stands at the same place, the odd ones first, each with its stack. */
import { renderToString } from 'preact-render-to-string';
import type { Crash, Group, GroupFrame, Groups, Run } from '../../many/groups/model.js';
import { piecesOf } from '../../report/fold.js';
import { harmless, harmlessSource } from '../escape.js';
import { exampleText, moreLine, shortCall, stillText, whoText } from '../groups-text.js';
import { count, counted, type Whereabouts } from '../places-text.js';
import { Place } from './frames.js';

/** Groups whose stacks are open at first: the odd ones are in any case. */
const OPEN_AT_FIRST = 6;
/** Files and lines that are told of one frame or crash. */
const MOST_LINES = 6;
const MOST_CORES = 200;

/** Anchor of a group, by its index. */
export function groupId(index: number): string {
  return `g${index + 1}`;
}

/** All groups in pieces; of those that no longer fit into `most` characters only the innermost call. */
export function* groupPieces({ groups, counts }: Groups, where: Whereabouts, most: number): Generator<string> {
  let written = 0;
  for (const [i, group] of groups.entries()) {
    const props = { group, id: groupId(i), where, alone: counts.processes === 1 };
    const isOpen = i < OPEN_AT_FIRST || isOdd(group);
    const piece = renderToString(<GroupItem {...props} open={isOpen} whole={written < most} />);
    written += piece.length;
    yield piece;
  }
}

function isOdd({ odd, inFindings }: Group): boolean {
  return odd !== null || inFindings > 0;
}

function GroupItem({
  group,
  id,
  where,
  alone,
  open,
  whole,
}: {
  readonly group: Group;
  readonly id: string;
  readonly where: Whereabouts;
  readonly alone: boolean;
  readonly open: boolean;
  readonly whole: boolean;
}) {
  const { threads, who, odd, states, inFindings, stack, inconsistent, truncated } = group;
  const innermost = stack.at(-1)?.frames.at(-1);
  const since = stillText(group);
  const told = states.map(({ text, threads: its }) => (its === threads ? text : `${text} (${count(its)})`));
  const isMarked = isOdd(group);
  return (
    <li id={id} class={isMarked ? 'group odd' : 'group'} data-item="" {...(isMarked ? { 'data-odd': '' } : {})}>
      <details open={open && whole}>
        <summary>
          <h3>{counted(threads, 'thread')}</h3> {odd !== null && <span class="badge alarm">odd</span>}
          {inFindings > 0 && <span class="badge alarm">in findings</span>}
          {innermost !== undefined && <span class="at">{shortCall(innermost)}</span>}
          {who.map((row, i) => (
            <span key={i} class="who">
              {who.length > 1 && `${count(row.threads)}: `}
              {whoText(row, where, alone)}
            </span>
          ))}
        </summary>
        {odd !== null && (
          <p class="crash">
            The odd one out: {count(odd.elsewhere)} of the {count(odd.of)} of its kind stand together elsewhere
          </p>
        )}
        <ul class="notes">
          {told.length > 0 && <li>{harmless(told.join(', '))}</li>}
          {since !== '' && <li>{since}</li>}
          {!alone && threads > 1 && <li>For example {exampleText(group.example)}</li>}
          {inconsistent > 0 && (
            <li>{counted(inconsistent, 'was', 'were')} running while read; their frames may not belong together</li>
          )}
          {truncated > 0 && <li>Outer frames are missing of {count(truncated)}</li>}
        </ul>
        {whole ? (
          <Runs stack={stack} />
        ) : (
          <p class="none">The other calls are left out, so that this file stays small.</p>
        )}
      </details>
    </li>
  );
}

/** Frames of groups, outermost first. */
function Runs({ stack }: { readonly stack: readonly Run[] }) {
  if (stack.length === 0) return <p class="none">no frames</p>;
  return (
    <ol class="stack">
      {stack.flatMap((run, at) =>
        piecesOf(run.frames, run.most).map((piece, i) =>
          piece.kind === 'item' ? (
            <FrameItem key={`${at} ${i}`} frame={piece.item} />
          ) : (
            <li key={`${at} ${i}`} class="left">
              {moreLine(piece.count, run)}
            </li>
          ),
        ),
      )}
    </ol>
  );
}

function FrameItem({ frame }: { readonly frame: GroupFrame }) {
  const { kind, name, file, line, lines, source } = frame;
  const left = lines.length - MOST_LINES;
  return (
    <li class={kind === 'native' ? 'c' : undefined}>
      <b>{harmless(name ?? '???')}</b>{' '}
      {file !== null && (kind === 'python' ? <Place file={file} line={line} /> : <small>{harmless(file)}</small>)}
      {source !== null && <code>{harmlessSource(source)}</code>}
      {lines.length > 0 && (
        <p class="none">
          at lines{' '}
          {lines
            .slice(0, MOST_LINES)
            .map(({ line: its, threads }) => `${its ?? '?'} (${count(threads)})`)
            .join(', ')}
          {left > 0 && ` and ${count(left)} more`}
        </p>
      )}
    </li>
  );
}

export function CrashItem({ crash }: { readonly crash: Crash }) {
  const { processes, signature, cores, stack, example } = crash;
  const left = cores.length - MOST_CORES;
  return (
    <li class="group odd" data-item="" data-odd="">
      <details open>
        <summary>
          <h3>{counted(processes, 'crash', 'crashes')}</h3> <span class="at">{harmless(signature)}</span>
        </summary>
        {cores.length > 1 && <p>For example {exampleText(example)}</p>}
        <ul class="members" aria-label="Core files">
          {cores.slice(0, MOST_CORES).map((core) => (
            <li key={core}>{harmless(core)}</li>
          ))}
          {left > 0 && <li>and {count(left)} more</li>}
        </ul>
        <Runs stack={stack} />
      </details>
    </li>
  );
}
