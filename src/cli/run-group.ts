/** What does `pystack group` do? Read every input into one set, and show it as groups, or write it as one file. */
import { EXIT, type ExitCode, PystackError } from '../errors.js';
import { aboutCore } from '../many/about.js';
import { addInput, expandInputs, isCoreInput } from '../many/inputs.js';
import { collectLines } from '../many/looks/collect-line.js';
import { failedLook, lookOf } from '../many/looks/from-snapshot.js';
import { LookSet } from '../many/looks/look-set.js';
import { thousands } from '../thousands.js';
import { version } from '../version.js';
import type { Invocation } from './invocation.js';
import { observers } from './logging.js';
import { writePieces } from './output.js';
import type { Pipeline } from './pipeline.js';
import { groupWriter } from './presenters.js';
import { ProgressLine } from './progress.js';
import { tellFailures } from './run-many.js';
import { writeWhole } from './whole-file.js';
import type { World } from './world.js';

/** Throws PystackError where nothing can be read. */
export async function showGroups(
  invocation: Extract<Invocation, { command: 'group' }>,
  world: World,
  pipeline: Pipeline,
): Promise<ExitCode> {
  const { view, output } = invocation;
  const inputs = expandInputs(invocation.files);
  const progress = (await world.stderrIsTerminal()) ? new ProgressLine(world.stderr, world.now) : null;
  const looking = observers(world, view, progress);
  const set = new LookSet();
  const failures: { target: string; error: PystackError }[] = [];
  let otherLines = 0;
  for (const [done, path] of inputs.entries()) {
    progress?.show(`reading ${thousands(done + 1)} of ${thousands(inputs.length)}: ${path}`);
    try {
      if (isCoreInput(path)) {
        set.add(await lookAtCore(path, invocation, pipeline, looking));
        continue;
      }
      const read = addInput(set, path);
      otherLines += read.otherLines;
      for (const error of read.errors) failures.push({ target: path, error });
    } catch (error) {
      if (!(error instanceof PystackError)) throw error;
      failures.push({ target: path, error });
    }
  }
  progress?.wipe();
  const [first] = failures;
  // With a single input there is nothing else to say.
  if (set.size === 0 && first && inputs.length === 1) throw first.error;
  let code: ExitCode = set.size === 0 ? EXIT.nothing : EXIT.complete;
  if (output !== null) {
    const lines = collectLines(set, { writer: version(), host: '', at: new Date().toISOString() });
    if (output === '-') writePieces(world.stdout, lines);
    else writeWhole(output, lines);
  }
  // A page is written beside it.
  if (output === null || view.html !== null) code = (await groupWriter(view, world))(set, true);
  if (otherLines > 0) {
    const count = thousands(otherLines);
    world.stderr.write(`pystack: lines between them that are not of pystack collect, and were passed over: ${count}\n`);
  }
  tellFailures(failures, inputs.length, [], view, world);
  return failures.length > 0 && code === EXIT.complete ? EXIT.incomplete : code;
}

/** A core that cannot be read is one more crash of which nothing is known, and is counted as such. */
async function lookAtCore(
  path: string,
  { options }: Extract<Invocation, { command: 'group' }>,
  pipeline: Pipeline,
  looking: ReturnType<typeof observers>,
) {
  const about = aboutCore(path);
  try {
    return lookOf(await pipeline.inspectCore(path, { ...options, ...looking }), about);
  } catch (error) {
    if (!(error instanceof PystackError)) throw error;
    return failedLook(error, about);
  }
}
