/** What does `pystack diff` do? Read or look at both, compare, and show what has changed. */
import { existsSync } from 'node:fs';
import type { Side } from '../diff/compare.js';
import { EXIT, type ExitCode, PystackError } from '../errors.js';
import { aboutCore, aboutProcess } from '../many/about.js';
import { addInput, expandInputs, isCoreInput } from '../many/inputs.js';
import { lookOf } from '../many/looks/from-snapshot.js';
import { LookSet } from '../many/looks/look-set.js';
import type { Snapshot } from '../snapshot.js';
import { paletteFor, wantsColour } from './colours.js';
import type { Invocation } from './invocation.js';
import { observers } from './logging.js';
import { writePieces } from './output.js';
import type { Pipeline } from './pipeline.js';
import { tellFailures } from './run-many.js';
import { parsePid } from './values.js';
import type { World } from './world.js';

type Comparing = Extract<Invocation, { command: 'diff' }>;

/** Throws PystackError where one of both cannot be read at all. */
export async function showDiff(invocation: Comparing, world: World, pipeline: Pipeline): Promise<ExitCode> {
  const { view } = invocation;
  const failures: { target: string; error: PystackError }[] = [];
  const before = await sideOf(invocation.before, invocation, world, pipeline, failures);
  const after = await sideOf(invocation.after, invocation, world, pipeline, failures);
  const { compare } = await import('../diff/compare.js');
  const diff = compare(before, after, view.grouping.byLine);
  if (view.format === 'json') world.stdout.write(`${JSON.stringify(diff, null, 2)}\n`);
  else {
    const { diffText } = await import('../render/diff-text.js');
    const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
    writePieces(world.stdout, diffText(diff, palette));
  }
  tellFailures(failures, 2, [], view, world);
  const isWhole = failures.length === 0 && diff.before.complete && diff.after.complete;
  return isWhole ? EXIT.complete : EXIT.incomplete;
}

/** A number is a process, unless there is a file of that name. */
async function sideOf(
  source: string,
  { options, view }: Comparing,
  world: World,
  pipeline: Pipeline,
  failures: { target: string; error: PystackError }[],
): Promise<Side> {
  const set = new LookSet();
  const looking = { ...options, ...observers(world, view, null) };
  if (/^\d+$/.test(source) && !existsSync(source)) {
    const pid = parsePid(source);
    const about = aboutProcess(pid);
    const snapshot = await pipeline.inspectProcess(pid, looking);
    set.add(lookOf(snapshot, about));
    return { source: `process ${pid}`, set, snapshot };
  }
  const snapshots: Snapshot[] = [];
  for (const path of expandInputs([source])) {
    if (isCoreInput(path)) {
      const snapshot = await pipeline.inspectCore(path, looking);
      snapshots.push(snapshot);
      set.add(lookOf(snapshot, aboutCore(path)));
      continue;
    }
    const { errors } = addInput(set, path, (snapshot) => snapshots.push(snapshot));
    for (const error of errors) failures.push({ target: path, error });
  }
  if (set.size === 0) throw nothingIn(source, failures[0]?.error);
  return { source, set, snapshot: set.size === 1 && snapshots.length === 1 ? (snapshots[0] ?? null) : null };
}

function nothingIn(source: string, underlying: PystackError | undefined): PystackError {
  return (
    underlying ??
    new PystackError('not-collected', `there is nothing in ${source} that could be compared`, {
      cause: 'It has no file.',
      nextStep: 'give snapshots, JSON documents or files of pystack collect',
    })
  );
}
