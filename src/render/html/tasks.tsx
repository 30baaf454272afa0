/**
 * How do tasks and greenlets look on a page? Loop by loop, as a tree: below each what it waits for the end of, or started.
 * Those that stand at the same place, wait for the same and have the same below them are one block that says who they are.
 */

import { callOf } from '../../report/fold.js';
import type { EventLoop, Resource, Snapshot, Task, Wait } from '../../snapshot.js';
import { thousands } from '../../thousands.js';
import { AwaitsText } from '../awaits-text.js';
import { harmless } from '../escape.js';
import type { ShortPaths } from '../paths.js';
import { At, Stack } from './frames.js';
import { type Anchors, Linked } from './linked.js';

/** Lists in lists: deeper ones are flat in some browsers, and nobody reads them. */
const MOST_DEPTH = 40;
/** Blocks of one loop that are on the page, and names of one block. */
const MOST_BLOCKS = 1500;
const MOST_NAMES = 500;
const NAMES_SHOWN = 3;
/** Links to those who have what it waits for. */
const MOST_LINKS = 5;
/** Blocks that are open at first, where there are few of them. */
const OPEN_AT_FIRST = 12;

/** Tasks with the same below them. */
export interface TaskBlock {
  readonly tasks: readonly [Task, ...Task[]];
  readonly children: readonly TaskBlock[];
  /** Whether more is below it than is on the page. */
  readonly isCut: boolean;
}

export interface LoopTasks {
  /** null: tasks of no loop. */
  readonly loop: EventLoop | null;
  readonly roots: readonly TaskBlock[];
}

/** What the tasks of one process have in common. */
export interface TaskContext {
  readonly awaits: AwaitsText;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly paths: ShortPaths;
  /** Ids of the tasks that findings are about. */
  readonly inFindings: ReadonlySet<string>;
  /** Of threads, by their ids. */
  readonly anchors: Anchors;
  /** Of blocks, by the ids of their tasks. */
  readonly taskAnchors: ReadonlyMap<string, string>;
  readonly isOpen: boolean;
}

type TasksOf = Pick<Snapshot, 'loops' | 'tasks' | 'resources' | 'threads'>;

/** Loops with their tasks as trees; a task that several wait for is below the first of them. */
export function loopTasksOf(snapshot: TasksOf): LoopTasks[] {
  const { loops, tasks } = snapshot;
  const awaits = new AwaitsText(snapshot);
  const all = tasks ?? [];
  const byId = new Map(all.map((task) => [task.id, task]));
  const below = new Map<string, Task[]>();
  const above = new Map<string, Task>();
  const put = (upper: Task | undefined, task: Task | undefined) => {
    if (!task || !upper || upper === task || above.has(task.id)) return;
    above.set(task.id, upper);
    const known = below.get(upper.id);
    if (known) known.push(task);
    else below.set(upper.id, [task]);
  };
  for (const task of all) for (const edge of task.awaits) put(task, byId.get(edge.task));
  for (const task of all) if (task.parent !== null) put(byId.get(task.parent), task);
  const tops = all.filter(({ id }) => !above.has(id));
  const reached = new Set<string>();
  const reach = (from: Task) => {
    const open = [from];
    for (let task = open.pop(); task; task = open.pop()) {
      reached.add(task.id);
      open.push(...(below.get(task.id) ?? []));
    }
  };
  for (const top of tops) reach(top);
  // Of tasks that wait for each other in a circle none is at the top: then one of them is.
  for (const task of all) {
    if (reached.has(task.id)) continue;
    const seen = new Set<Task>();
    let top = task;
    for (let upper: Task | undefined = task; upper && !seen.has(upper); upper = above.get(upper.id)) {
      seen.add(upper);
      top = above.get(upper.id) ?? upper;
    }
    const siblings = below.get(above.get(top.id)?.id ?? '');
    siblings?.splice(siblings.indexOf(top), 1);
    above.delete(top.id);
    tops.push(top);
    reach(top);
  }
  const known = new Set(loops.map(({ id }) => id));
  return [...loops, null].flatMap((loop) => {
    const own = tops.filter((task) =>
      loop === null ? task.loop === null || !known.has(task.loop) : task.loop === loop.id,
    );
    return own.length === 0 && loop === null ? [] : [{ loop, roots: blocksOf(own, below, 0, awaits) }];
  });
}

function blocksOf(
  tasks: readonly Task[],
  below: ReadonlyMap<string, readonly Task[]>,
  depth: number,
  awaits: AwaitsText,
): TaskBlock[] {
  const blocks = new Map<string, { tasks: [Task, ...Task[]]; children: readonly TaskBlock[]; isCut: boolean }>();
  for (const task of tasks) {
    const own = below.get(task.id) ?? [];
    const isCut = depth >= MOST_DEPTH && own.length > 0;
    const children = isCut ? [] : blocksOf(own, below, depth + 1, awaits);
    const key = `${keyOf(task, awaits)}\n${children.map((block) => `${block.tasks.length} ${keyOf(block.tasks[0], awaits)}`).join('\n')}`;
    const known = blocks.get(key);
    // What is below them has to be seen of each.
    if (known && own.length === 0) known.tasks.push(task);
    else blocks.set(known ? `${key}\n${task.id}` : key, { tasks: [task], children, isCut });
  }
  return [...blocks.values()];
}

function keyOf(task: Task, awaits: AwaitsText): string {
  const { state, type, waits, frames, ending, consistent } = task;
  // What it holds is said after what it waits for, which has times in it.
  const held = awaits.lines(task).slice(waits.length);
  const told = frames.map((frame) => (frame.kind === 'python' && frame.locals ? JSON.stringify(frame) : callOf(frame)));
  const waited = waits.map(({ kind, name, resource }) => `${kind} ${name} ${resource}`);
  return [state, type, ending.reason, consistent, ...waited, ...held, '', ...told].join('\n');
}

export function loopText({ kind, type, address, tid, state, tasks, ready, callback }: EventLoop): string {
  const parts = [
    `${harmless(type)} at ${harmless(address)}`,
    kind,
    tid === null ? null : `in thread ${tid}`,
    state,
    callback === null ? null : `runs ${harmless(callback)}`,
    ready === null || ready === 0 ? null : `${thousands(ready)} ready`,
    tasks === 1 ? '1 task' : `${thousands(tasks)} tasks`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

export function LoopTree({ loop, context }: { readonly loop: LoopTasks; readonly context: TaskContext }) {
  const budget = { blocks: MOST_BLOCKS };
  const isOpen = countOf(loop.roots, OPEN_AT_FIRST + 1) <= OPEN_AT_FIRST;
  return <Blocks blocks={loop.roots} context={{ ...context, isOpen }} budget={budget} />;
}

/** How many there are, counted up to `most`. */
function countOf(blocks: readonly TaskBlock[], most: number): number {
  let count = 0;
  for (const { children } of blocks) {
    if (count >= most) break;
    count += 1 + countOf(children, most - count);
  }
  return count;
}

interface BlocksProps {
  readonly blocks: readonly TaskBlock[];
  readonly context: TaskContext;
  readonly budget: { blocks: number };
}

function Blocks({ blocks, context, budget }: BlocksProps) {
  if (blocks.length === 0) return null;
  const shown = blocks.slice(0, Math.max(0, budget.blocks));
  budget.blocks -= shown.length;
  const left = blocks.length - shown.length;
  return (
    <ul class="items">
      {shown.map((block, i) => (
        <Block key={i} block={block} context={context} budget={budget} />
      ))}
      {left > 0 && <li class="left">… and {thousands(left)} more</li>}
    </ul>
  );
}

function Block({ block, context, budget }: Omit<BlocksProps, 'blocks'> & { readonly block: TaskBlock }) {
  const { tasks, children, isCut } = block;
  const [first] = tasks;
  const innermost = first.frames.at(-1);
  const hidden = tasks.length - MOST_NAMES;
  const lines = context.awaits.lines(first);
  const isOdd = tasks.some(({ id }) => context.inFindings.has(id));
  return (
    <li
      id={context.taskAnchors.get(first.id)}
      class={isOdd ? 'task odd' : 'task'}
      data-item=""
      {...(isOdd ? { 'data-odd': '' } : {})}
    >
      <details open={context.isOpen || isOdd}>
        <summary>
          <strong>{headingOf(tasks)}</strong> <span class="badge">{first.state}</span>
          {first.type !== 'Task' && <span class="badge faint">{harmless(first.type)}</span>}
          {innermost !== undefined && <At frame={innermost} paths={context.paths} />}
        </summary>
        {tasks.length > 1 && (
          <ul class="members" aria-label="Tasks">
            {tasks.slice(0, MOST_NAMES).map(({ id, name, address }) => (
              <li key={id}>{name === null ? harmless(address) : harmless(name)}</li>
            ))}
            {hidden > 0 && <li>and {thousands(hidden)} more</li>}
          </ul>
        )}
        {!first.consistent && <p class="note">It ran while it was read; its frames may not belong together</p>}
        {first.ending.kind === 'truncated' && (
          <p class="note">Frames are missing: {harmless(first.ending.reason ?? 'the reason is not known')}</p>
        )}
        {lines.length + first.awaits.length > 0 && (
          <ul class="waits">
            {lines.map((line, i) => (
              <li key={i}>
                <Linked text={line} anchors={context.anchors} />
                <HolderLinks wait={first.waits[i]} context={context} />
              </li>
            ))}
            {first.awaits.map(({ task, how, evidence }) => (
              <li key={task}>
                {evidence === 'probable' && 'probably '}waits for <TaskLink id={task} context={context} />
                {how !== 'direct' && ` (${how})`}
              </li>
            ))}
          </ul>
        )}
        <Stack frames={first.frames} paths={context.paths} />
        <Blocks blocks={children} context={context} budget={budget} />
        {isCut && <p class="left">… and what is below it</p>}
      </details>
    </li>
  );
}

function headingOf(tasks: readonly Task[]): string {
  const names = tasks.slice(0, NAMES_SHOWN).map(({ name, address }) => harmless(name ?? address));
  if (tasks.length === 1) return names[0] ?? '';
  const more = tasks.length > NAMES_SHOWN ? ', …' : '';
  return `${thousands(tasks.length)} tasks: ${names.join(', ')}${more}`;
}

export function tasksInFindings({ findings }: Pick<Snapshot, 'findings'>): Set<string> {
  const ids = new Set<string>();
  for (const { edges } of findings) {
    for (const { task, holderTask } of edges) for (const id of [task, holderTask]) if (id !== null) ids.add(id);
  }
  return ids;
}

/** Of each task the anchor of the block that it is in. */
export function taskAnchorsOf(loops: readonly LoopTasks[], prefix: string): Map<string, string> {
  const anchors = new Map<string, string>();
  let blocks = 0;
  const open = loops.flatMap(({ roots }) => roots);
  for (let block = open.pop(); block; block = open.pop()) {
    blocks++;
    for (const { id } of block.tasks) anchors.set(id, `${prefix}task${blocks}`);
    open.push(...block.children);
  }
  return anchors;
}

function TaskLink({ id, context }: { readonly id: string; readonly context: TaskContext }) {
  const task = context.tasks.get(id);
  if (task === undefined) return <>a task that is not shown</>;
  const anchor = context.taskAnchors.get(id);
  const name = harmless(task.name ?? task.address);
  return <a href={anchor === undefined ? undefined : `#${anchor}`}>{name}</a>;
}

/** To the tasks that have what it waits for. */
function HolderLinks({ wait, context }: { readonly wait: Wait | undefined; readonly context: TaskContext }) {
  const resource = wait?.resource ? context.resources.get(wait.resource) : undefined;
  const holders = (resource?.holders ?? []).flatMap(({ task }) => (task === null ? [] : [task])).slice(0, MOST_LINKS);
  return (
    <>
      {holders.map((id) => (
        <small key={id}>
          {' '}
          → <TaskLink id={id} context={context} />
        </small>
      ))}
    </>
  );
}
