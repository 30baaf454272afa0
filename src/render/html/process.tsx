/** How does one process look on a page? What it is, what is wrong with it, its threads. A page of its own, or one of many. */
import { renderToString } from 'preact-render-to-string';
import type { Snapshot } from '../../snapshot.js';
import { AwaitsText } from '../awaits-text.js';
import { commandLineText } from '../command-line.js';
import { endLines, informationLines } from '../core-text.js';
import { harmless } from '../escape.js';
import { childrenText, circumstances, conditionNotes, identity, standsItems, whatText } from '../head.js';
import { interpreterName } from '../interpreter-text.js';
import { PLAIN } from '../palette.js';
import { shortPaths } from '../paths.js';
import type { Section } from './document.js';
import { FindingItem } from './findings.js';
import { Heading } from './heading.js';
import { Linked } from './linked.js';
import { LOOSE_TITLE, LooseItem } from './loose.js';
import { LoopTree, loopTasksOf, loopText, type TaskContext, taskAnchorsOf, tasksInFindings } from './tasks.js';
import { ClusterItem, clustersOf, threadContextOf } from './threads.js';

export interface ProcessOptions {
  /** Whether a value under that name is a secret; asked of the command line. */
  readonly isSecret: (name: string) => boolean;
  /** Whether to add system calls and registers. */
  readonly verbose: boolean;
}

/** Blocks that are open at first: of more, only those that something is wrong with. */
const OPEN_AT_FIRST = 12;

/** `Process 4711: python train.py`; harmless. */
export function titleOf(snapshot: Snapshot, { isSecret }: ProcessOptions): string {
  const { pid, commandLine, executable } = snapshot;
  const words = commandLine !== null && commandLine.length > 0 ? commandLine : executable === null ? [] : [executable];
  const command = words.length === 0 ? '' : `: ${commandLineText(words, isSecret)}`;
  return `${whatText(snapshot)} ${pid ?? '?'}${command}`;
}

export interface ProcessParts {
  readonly sections: readonly Section[];
  /** The markup in pieces, about one a block of threads. */
  readonly pieces: () => Generator<string>;
}

/**
 * @param prefix of all anchors
 * @param level of the headings of its parts
 */
export function processParts(snapshot: Snapshot, options: ProcessOptions, prefix: string, level: 2 | 4): ProcessParts {
  const below = level === 2 ? 3 : 5;
  const { findings, warnings, threads, looseStacks = [], tasks, tasksLeftOut } = snapshot;
  const paths = shortPaths(snapshot);
  const loops = loopTasksOf(snapshot);
  const clusters = clustersOf(snapshot, prefix);
  const context = threadContextOf(snapshot, clusters, paths, options.verbose);
  const sections: Section[] = [
    ...(findings.length > 0 ? [{ id: `${prefix}findings`, title: 'Findings', count: findings.length }] : []),
    ...(warnings.length > 0 ? [{ id: `${prefix}warnings`, title: 'Missing or doubtful', count: warnings.length }] : []),
    { id: `${prefix}threads`, title: 'Threads', count: threads.length },
    ...(looseStacks.length > 0 ? [{ id: `${prefix}loose`, title: LOOSE_TITLE, count: looseStacks.length }] : []),
    ...(loops.length > 0 ? [{ id: `${prefix}tasks`, title: 'Tasks', count: (tasks?.length ?? 0) + tasksLeftOut }] : []),
  ];
  function* pieces(): Generator<string> {
    yield* own();
    for (const [i, other] of (snapshot.others ?? []).entries()) {
      yield renderToString(
        <Heading level={level}>Another interpreter in this process: {interpreterName(other)}</Heading>,
      );
      yield* processParts(other, options, `${prefix}i${i + 1}-`, 4).pieces();
    }
  }
  function* own(): Generator<string> {
    yield renderToString(<About snapshot={snapshot} stands={standsItems(paths)} />);
    if (findings.length > 0) {
      yield renderToString(
        <section id={`${prefix}findings`} aria-label="Findings">
          <Heading level={level}>What is wrong</Heading>
          <ul class="items">
            {findings.map((finding, i) => (
              <FindingItem key={i} finding={finding} anchors={context.anchors} />
            ))}
          </ul>
        </section>,
      );
    }
    if (warnings.length > 0) {
      yield renderToString(
        <section id={`${prefix}warnings`} aria-label="Missing or doubtful">
          <Heading level={level}>Missing or doubtful</Heading>
          <ul class="notes">
            {warnings.map(({ code, message }, i) => (
              <li key={i}>
                {harmless(message)} <small>({code})</small>
              </li>
            ))}
          </ul>
        </section>,
      );
    }
    yield `<section id="${prefix}threads" aria-label="Threads"><h${level}>Threads</h${level}><ul class="items">`;
    for (const cluster of clusters) {
      const open = clusters.length <= OPEN_AT_FIRST || cluster.isOdd;
      yield renderToString(<ClusterItem cluster={cluster} context={context} open={open} level={below} />);
    }
    yield '</ul></section>';
    if (looseStacks.length > 0) {
      yield `<section id="${prefix}loose" aria-label="${LOOSE_TITLE}"><h${level}>${LOOSE_TITLE}</h${level}><ul class="items">`;
      for (const [i, stack] of looseStacks.entries()) {
        const open = looseStacks.length <= OPEN_AT_FIRST;
        yield renderToString(<LooseItem stack={stack} number={i + 1} paths={paths} open={open} level={below} />);
      }
      yield '</ul></section>';
    }
    if (loops.length === 0) return;
    const taskContext: TaskContext = {
      awaits: new AwaitsText(snapshot),
      resources: new Map(snapshot.resources.map((resource) => [resource.id, resource])),
      tasks: new Map((tasks ?? []).map((task) => [task.id, task])),
      paths,
      anchors: context.anchors,
      inFindings: tasksInFindings(snapshot),
      taskAnchors: taskAnchorsOf(loops, prefix),
      isOpen: false,
    };
    yield `<section id="${prefix}tasks" aria-label="Tasks"><h${level}>Tasks</h${level}>`;
    if (tasksLeftOut > 0) yield `<p class="note">${tasksLeftOut} more were left out for their number</p>`;
    for (const loop of loops) {
      yield renderToString(
        <>
          <Heading level={below}>
            <Linked text={loop.loop === null ? 'Of no loop' : loopText(loop.loop)} anchors={context.anchors} />
          </Heading>
          <LoopTree loop={loop} context={taskContext} />
        </>,
      );
    }
    yield '</section>';
  }
  return { sections, pieces };
}

function About({ snapshot, stands }: { readonly snapshot: Snapshot; readonly stands: readonly string[] }) {
  const { core } = snapshot;
  const children = childrenText(snapshot);
  return (
    <div class="about">
      <p>{[...identity(snapshot), ...circumstances(snapshot)].join(' · ')}</p>
      {conditionNotes(snapshot).map((note, i) => (
        <p key={i} class="note">
          {note}
        </p>
      ))}
      {core !== null && (
        <>
          {endLines(core, PLAIN).map((line, i) => (
            <p key={i} class={core.signal === null ? undefined : 'crash'}>
              {line}
            </p>
          ))}
          <details>
            <summary>What the core file tells</summary>
            <pre>{[harmless(core.path), ...informationLines(snapshot, core, PLAIN)].join('\n')}</pre>
          </details>
        </>
      )}
      {children !== null && <p>{children}</p>}
      {stands.length > 0 && <p class="faint">{stands.join(' · ')}</p>}
    </div>
  );
}
