/**
 * How do tasks look as text? After the threads, loop by loop: what it does, and its tasks as trees of who waits for whom,
 * each with its frames as a thread has them. Equal trees are one with a number, the odd ones first.
 */
import { durationText } from '../report/duration.js';
import type { EventLoop, Snapshot, Task } from '../snapshot.js';
import { thousands } from '../thousands.js';
import { AwaitsText } from './awaits-text.js';
import { harmless } from './escape.js';
import type { FrameWriter } from './frame-text.js';
import type { Palette } from './palette.js';
import { type TaskTree, taskTrees } from './task-trees.js';

/** Trees of one loop, and of one task, that are shown before the rest is only counted. */
const TREES_SHOWN = 200;
const BELOW_SHOWN = 20;
/** Names of equal tasks that are shown. */
const NAMES_SHOWN = 3;

/** A piece for each tree; none where there are no loops and no tasks. */
export function* tasksPieces(snapshot: Snapshot, palette: Palette, frames: FrameWriter): Generator<string> {
  const tasks = snapshot.tasks ?? [];
  if (tasks.length === 0 && snapshot.loops.length === 0) return;
  const writer = new TaskWriter(snapshot, palette, frames);
  const byLoop = grouped(tasks);
  for (const loop of snapshot.loops) {
    yield `\n${palette.name(writer.loopText(loop))}\n`;
    yield* writer.trees(byLoop.get(loop.id) ?? []);
    byLoop.delete(loop.id);
  }
  for (const rest of byLoop.values()) {
    yield `\n${palette.name('Tasks without a loop:')}\n`;
    yield* writer.trees(rest);
  }
  if (snapshot.tasksLeftOut > 0) {
    yield `  ${palette.note(`* ${thousands(snapshot.tasksLeftOut)} tasks were not looked at (--max-tasks)`)}\n`;
  }
}

function grouped(tasks: readonly Task[]): Map<string | null, Task[]> {
  const groups = new Map<string | null, Task[]>();
  for (const task of tasks) {
    const group = groups.get(task.loop);
    if (group) group.push(task);
    else groups.set(task.loop, [task]);
  }
  return groups;
}

class TaskWriter {
  readonly #palette: Palette;
  readonly #frames: FrameWriter;
  readonly #awaits: AwaitsText;
  readonly #threads: ReadonlyMap<number | null, string | null>;
  readonly #names: ReadonlyMap<string, string>;

  constructor(snapshot: Snapshot, palette: Palette, frames: FrameWriter) {
    this.#palette = palette;
    this.#frames = frames;
    this.#awaits = new AwaitsText(snapshot);
    this.#threads = new Map(snapshot.threads.map(({ tid, name, osName }) => [tid, name ?? osName]));
    this.#names = new Map((snapshot.tasks ?? []).map((task) => [task.id, labelOf(task)]));
  }

  loopText(loop: EventLoop): string {
    const { type, address, tid, state, tasks, ready, nextTimerMs, runs, callback } = loop;
    const where = tid === null ? '' : ` in ${this.#threadText(tid)}`;
    const what =
      runs !== null
        ? `runs ${this.#names.get(runs) ?? runs}`
        : callback !== null
          ? `runs the callback ${harmless(callback)}`
          : state === 'unknown'
            ? ''
            : WORDS[state];
    const facts = [
      what,
      tasks === 1 ? '1 task' : `${thousands(tasks)} tasks`,
      ...(ready === null || ready === 0 ? [] : [`${thousands(ready)} callbacks ready`]),
      ...(nextTimerMs === null
        ? []
        : [nextTimerMs === 0 ? 'a timer is due' : `next timer in ${durationText(nextTimerMs)}`]),
    ].filter((fact) => fact !== '');
    return `${TITLES[loop.kind]} ${harmless(type)} at ${address}${where}: ${facts.join(', ')}`;
  }

  #threadText(tid: number): string {
    const name = this.#threads.get(tid) ?? null;
    return name === null ? `thread ${tid}` : `thread ${tid} (${harmless(name)})`;
  }

  *trees(tasks: readonly Task[]): Generator<string> {
    const trees = taskTrees(tasks);
    for (const tree of trees.slice(0, TREES_SHOWN)) yield `${this.#lines(tree, '  ').join('\n')}\n`;
    yield* this.#rest(trees.slice(TREES_SHOWN), '  ');
  }

  *#rest(trees: readonly TaskTree[], indent: string): Generator<string> {
    if (trees.length === 0) return;
    const count = trees.reduce((sum, { tasks }) => sum + tasks.length, 0);
    yield `${indent}${this.#palette.note(`… ${thousands(count)} more tasks, each in its own place (--json shows all)`)}\n`;
  }

  #lines({ task, tasks, how, below, again }: TaskTree, indent: string): string[] {
    const lines = [`${indent}${this.#header(task, tasks, how)}`];
    if (again) return [`${lines[0]} ${this.#palette.faint('(as above)')}`];
    // Its frames are in its thread's place.
    if (task.state === 'running' && task.tid !== null) {
      lines.push(`${indent}    ${this.#palette.note(`- it runs: see ${this.#threadText(task.tid)}`)}`);
    } else {
      this.#frames.beginStack();
      for (const frame of task.frames) lines.push(...indented(this.#frames.text(frame), indent));
    }
    for (const line of this.#awaits.lines(task)) lines.push(`${indent}      ${this.#palette.note(`- ${line}`)}`);
    if (task.ending.kind === 'truncated') {
      lines.push(
        `${indent}  ${this.#palette.note(`* Frames are missing: ${harmless(task.ending.reason ?? 'not known why')}`)}`,
      );
    }
    if (!task.consistent) {
      const note = '* It was running while it was read; its frames may not belong together';
      lines.push(`${indent}  ${this.#palette.note(note)}`);
    }
    for (const each of below.slice(0, BELOW_SHOWN)) lines.push(...this.#lines(each, `${indent}    `));
    for (const line of this.#rest(below.slice(BELOW_SHOWN), `${indent}    `)) lines.push(line.trimEnd());
    return lines;
  }

  #header(task: Task, tasks: readonly Task[], how: string | null): string {
    const waited = how === null ? '' : `${HOW[how] ?? harmless(how)} `;
    const state = `[${STATES[task.state]}]`;
    if (tasks.length === 1) return `${this.#palette.faint(waited)}${NOUNS[task.kind]} ${labelOf(task)} ${state}`;
    const named = tasks.slice(0, NAMES_SHOWN).map(labelOf).join(', ');
    const more = tasks.length > NAMES_SHOWN ? ', …' : '';
    return `${this.#palette.faint(waited)}${NOUNS[task.kind]}s × ${thousands(tasks.length)} (${named}${more}) ${state}`;
  }
}

/** "worker-3", or its address where it has no name. */
function labelOf({ name, address }: Pick<Task, 'name' | 'address'>): string {
  return name === null ? `at ${address}` : harmless(name);
}

function indented(text: string, indent: string): string[] {
  return text.split('\n').map((line) => `${indent}${line}`);
}

const TITLES: Readonly<Record<EventLoop['kind'], string>> = {
  asyncio: 'Event loop',
  trio: 'Run of trio',
  greenlet: 'Hub',
};
const NOUNS: Readonly<Record<Task['kind'], string>> = { asyncio: 'Task', trio: 'Task', greenlet: 'Greenlet' };
const WORDS: Readonly<Record<'running' | 'polling' | 'stopped' | 'closed', string>> = {
  running: 'runs',
  polling: 'waits for events',
  stopped: 'no thread runs it',
  closed: 'closed',
};
const STATES: Readonly<Record<Task['state'], string>> = {
  running: 'Running',
  ready: 'Ready',
  waiting: 'Waiting',
  cancelling: 'Cancelling',
  unstarted: 'Not started',
  done: 'Done',
};
/** How whoever is above waits for it. */
const HOW: Readonly<Record<string, string>> = {
  direct: 'awaits',
  gather: 'gathers',
  wait: 'waits for',
  wait_for: 'waits (wait_for) for',
  shield: 'shields',
  group: 'has in its group',
  as_completed: 'waits (as_completed) for',
  join: 'joins',
};
