/** What does one run of the program do? Parse, inspect, print, and say with the exit code how it went. */

import { EXIT, type ExitCode, PystackError } from '../errors.js';
import type { CoreSource } from '../options.js';
import { harmless } from '../render/escape.js';
import { PLAIN } from '../render/palette.js';
import type { Snapshot } from '../snapshot.js';
import { version } from '../version.js';
import { paletteFor, wantsColour } from './colours.js';
import { asPystackError, errorJson, errorReport } from './error-report.js';
import { isFailure } from './fail-on.js';
import type { Invocation, ManyCores } from './invocation.js';
import { type Observers, observers } from './logging.js';
import { writePieces } from './output.js';
import { PIPELINE, type Pipeline } from './pipeline.js';
import { plainInvocation } from './plain-invocation.js';
import { ProgressLine } from './progress.js';
import type { LookingAtMany } from './run-many.js';
import { withoutSecretWords } from './secret-names.js';
import { isFlame, isOfMany, type Layout, type View, viewBefore } from './view.js';
import { Interrupted, type World } from './world.js';

/** Never throws. */
export async function run(argv: readonly string[], world: World, pipeline: Pipeline = PIPELINE): Promise<ExitCode> {
  let view = viewBefore(argv);
  try {
    const invocation = plainInvocation(argv, usualLayout(world)) ?? (await parsed(argv, world));
    if (invocation.command === 'version') {
      world.stdout.write(`${version()}\n`);
      return EXIT.complete;
    }
    if (invocation.command === 'licences') {
      const { licencesText } = await import('./licences.js');
      world.stdout.write(licencesText());
      return EXIT.complete;
    }
    if (invocation.command === 'help') {
      world.stdout.write(invocation.text);
      return EXIT.complete;
    }
    if (invocation.command === 'completion') {
      const { completionScript } = await import('./completion.js');
      world.stdout.write(completionScript(invocation.shell));
      return EXIT.complete;
    }
    if (invocation.command === 'install-completions') {
      const { installCompletions } = await import('./install-completions.js');
      world.stdout.write(installCompletions(invocation.shell, world.env));
      return EXIT.complete;
    }
    view = invocation.view;
    if (view.html !== null) {
      const { checkHtmlFile } = await import('./html-file.js');
      checkHtmlFile(view.html);
    }
    if (invocation.command === 'doctor') return await consult(invocation.pid, view, world);
    if (invocation.command === 'group') {
      const { showGroups } = await import('./run-group.js');
      return await showGroups(invocation, world, pipeline);
    }
    if (invocation.command === 'fleet') {
      const { showFleet } = await import('./run-fleet.js');
      return await showFleet(invocation, world);
    }
    if (invocation.command === 'watch') {
      const { watchProcesses } = await import('./run-watch.js');
      return await watchProcesses(invocation, world, pipeline);
    }
    if (invocation.command === 'diff') {
      const { showDiff } = await import('./run-diff.js');
      return await showDiff(invocation, world, pipeline);
    }
    const many = await asMany(invocation);
    if (many) {
      const { showMany } = await import('./run-many.js');
      return await showMany(many, world, pipeline);
    }
    return await show(invocation as Looking, world, pipeline);
  } catch (thrown) {
    // Whoever asked for it knows.
    if (thrown instanceof Interrupted) return EXIT.nothing;
    return reportError(thrown, view, world);
  }
}

async function parsed(argv: readonly string[], world: World): Promise<Invocation> {
  const { parseInvocation } = await import('./invocation.js');
  return parseInvocation(argv, () => helpWidthOf(world), usualLayout(world));
}

/** Of the terminal, if it is narrow: wider than usual is not easier to read. */
function helpWidthOf({ env, columns }: World): number {
  const said = Number(env['COLUMNS']);
  const width = Number.isInteger(said) && said > 0 ? said : (columns() ?? USUAL_COLUMNS);
  return Math.min(Math.max(width, LEAST_COLUMNS), USUAL_COLUMNS);
}

const USUAL_COLUMNS = 80;
const LEAST_COLUMNS = 40;

/** Tells an error on stderr and returns its exit code. */
export async function reportError(thrown: unknown, view: View, world: World): Promise<ExitCode> {
  const error = asPystackError(thrown);
  const palette = await wantsColour(view.color, world.env, world.stderrIsTerminal)
    .then(paletteFor)
    .catch(() => PLAIN);
  if (view.format === 'json' || view.format === 'jsonl') {
    try {
      world.stdout.write(errorJson(error, view));
    } catch {
      // Then stderr is the only place to say it.
    }
  } else {
    try {
      await tellNevertheless(error, view, world);
    } catch {
      // As above.
    }
  }
  const about = () => `pystack ${version()}, ${world.platform()}`;
  try {
    world.stderr.write(errorReport(error, palette, view.verbosity, about));
  } catch {
    // stderr cannot be written either (a full disk): the exit code is all that is left to say.
  }
  return error.exitCode;
}

/**
 * The same as a look at many, if it is one. A folder, and a second core in a program's place, only the files tell; a
 * line of JSON for each is told of one like of many.
 */
async function asMany(invocation: Invocation): Promise<LookingAtMany | null> {
  const { command } = invocation;
  if (command === 'remote-many' || command === 'core-many' || command === 'collect') return invocation;
  if (invocation.command !== 'core') return null;
  const { core, options, view } = invocation;
  const asCores = (cores: ManyCores, given = options): LookingAtMany => ({
    command: 'core-many',
    cores,
    options: given,
    view,
  });
  if (typeof core !== 'string') return isOfMany(view) ? asCores({ ...core, newestOnly: true }) : null;
  const { isCoreOrFolder, isFolder } = await import('../many/core-files.js');
  const second = options.executable ?? null;
  if (second !== null && isCoreOrFolder(second)) return asCores([core, second], { ...options, executable: null });
  return isOfMany(view) || isFolder(core) ? asCores([core]) : null;
}

/**
 * A core without a Python that can be found still tells whose it is and what ended it; and what was looked at with
 * `--native-all`, what its threads do.
 */
async function tellNevertheless({ details }: PystackError, view: View, world: World): Promise<void> {
  const { core, nativeOnly } = details;
  if (!core && !nativeOnly) return;
  const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
  if (nativeOnly && view.format === 'text' && view.html === null) {
    const { textPieces } = await import('../render/text.js');
    const options = { palette, verbose: view.verbosity > 0, waits: view.layout !== 'plain' };
    writePieces(world.stdout, textPieces(withoutSecretWords(nativeOnly, view), options));
  } else if (core) {
    const { coreText } = await import('../render/core-text.js');
    world.stdout.write(coreText(withoutSecretWords(core, view), palette, false));
  }
}

/** Commands that show what threads do. */
type Looking = Extract<Invocation, { command: 'remote' | 'core' | 'snapshot' }>;

/** Exit code 1: something that is needed is refused; 3: it works with limits. */
async function consult(pid: number | null, view: View, world: World): Promise<ExitCode> {
  const [{ examineMachine }, { doctorText }, { verdict }] = await Promise.all([
    import('../doctor/doctor.js'),
    import('../doctor/text.js'),
    import('../doctor/report.js'),
  ]);
  const report = await examineMachine(pid);
  if (view.format === 'json') {
    world.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
    world.stdout.write(doctorText(report, palette));
  }
  return { yes: EXIT.complete, limited: EXIT.incomplete, no: EXIT.nothing }[verdict(report.checks)];
}

async function show(invocation: Looking, world: World, pipeline: Pipeline): Promise<ExitCode> {
  const { view } = invocation;
  const started = world.now();
  const progress = (await world.stderrIsTerminal()) ? new ProgressLine(world.stderr, world.now) : null;
  const { snapshot, tell } = await work(invocation, pipeline, world, observers(world, view, progress)).finally(() =>
    progress?.wipe(),
  );
  const inspected = world.now();
  await tell();
  const printed = world.now();
  tellWarnings(snapshot, world);
  if (view.verbosity >= 2) {
    const timings = [
      { phase: 'start of the run-time system and of this program', ms: started },
      ...snapshot.timings,
      { phase: 'inspecting, all of it', ms: inspected - started },
      { phase: 'rendering and writing', ms: printed - inspected },
      { phase: 'total', ms: printed },
    ];
    world.stderr.write(timingTable(timings));
    world.stderr.write(`pystack: peak memory ${world.peakMemoryMiB().toFixed(1)} MiB\n`);
  }
  if (snapshot.threads.length === 0 && snapshot.looseStacks === undefined) {
    world.stderr.write('pystack: there is no Python thread to show\n');
    return EXIT.nothing;
  }
  if (isFailure(view.failOn, snapshot)) return EXIT.found;
  return snapshot.complete ? EXIT.complete : EXIT.incomplete;
}

/** What was found, and how it is told on stdout. */
interface Found {
  readonly snapshot: Snapshot;
  readonly tell: () => Promise<void>;
}

async function work(invocation: Looking, pipeline: Pipeline, world: World, logging: Observers): Promise<Found> {
  if (invocation.command === 'snapshot') {
    const { pid, path, options } = invocation;
    const saved = await pipeline.snapshotProcess(pid, path, { ...options, ...logging, signal: world.interruption() });
    const tell = async () => {
      const { savedReport } = await import('./saved-report.js');
      world.stdout.write(savedReport(saved));
    };
    return { snapshot: saved.snapshot, tell };
  }
  const snapshot =
    invocation.command === 'remote'
      ? await pipeline.inspectProcess(invocation.pid, { ...invocation.options, ...logging })
      : await coreSnapshot(invocation, pipeline, logging);
  return { snapshot, tell: () => print(withoutSecretWords(snapshot, invocation.view), invocation, world) };
}

async function coreSnapshot(
  { core, options }: Extract<Invocation, { command: 'core' }>,
  pipeline: Pipeline,
  logging: Observers,
): Promise<Snapshot> {
  try {
    return await pipeline.inspectCore(core, { ...options, ...logging });
  } catch (error) {
    throw meantAsProcess(error, core);
  }
}

/** The error of a core that is not there, where what was given is a process id. */
function meantAsProcess(error: unknown, core: CoreSource): unknown {
  if (!(error instanceof PystackError) || error.code !== 'file-not-found') return error;
  if (typeof core !== 'string' || !/^\d+$/.test(core)) return error;
  return new PystackError('file-not-found', error.message, {
    cause: `${core} looks like a process id; \`core\` looks at a file.`,
    nextStep: `pystack remote ${core}`,
    underlying: error,
  });
}

/** As PYSTACK_COMPAT says; else it depends on who reads it. */
function usualLayout({ env }: World): Layout {
  return ['', '0', undefined].includes(env['PYSTACK_COMPAT']) ? 'auto' : 'compat';
}

async function print(
  snapshot: Snapshot,
  invocation: Extract<Invocation, { command: 'remote' | 'core' }>,
  world: World,
): Promise<void> {
  const { view } = invocation;
  if (view.format === 'json') {
    const { jsonPieces } = await import('../render/json.js');
    writePieces(world.stdout, jsonPieces(snapshot));
    return;
  }
  if (view.html !== null) {
    const { writeProcessPage } = await import('./html.js');
    writeProcessPage(snapshot, view.html, view, world);
    return;
  }
  if (isFlame(view.format)) {
    const [{ writeFlame }, { setOf }] = await Promise.all([import('./flame.js'), import('../many/looks/set-of.js')]);
    writeFlame(setOf(snapshot), view.format, world);
    return;
  }
  const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
  const executableGiven = invocation.command === 'core' && (invocation.options.executable ?? null) !== null;
  const options = { palette, verbose: view.verbosity > 0, executableGiven, waits: view.layout !== 'plain' };
  if (view.layout === 'compat') {
    const { compatPieces } = await import('../render/compat.js');
    writePieces(world.stdout, compatPieces(snapshot, options));
    return;
  }
  const { pageOf, wantsLinks, wantsPage } = await import('./page.js');
  if (await wantsPage(view, world)) {
    const links = await wantsLinks(view.color, world.env, world.stdoutIsTerminal);
    writePieces(world.stdout, pageOf(snapshot, view, options, world, links));
    return;
  }
  const { textPieces } = await import('../render/text.js');
  writePieces(world.stdout, textPieces(snapshot, options));
}

/** One line each; what is missing has to be on stderr when the exit code says that something is. */
function tellWarnings(snapshot: Snapshot, world: World): void {
  for (const { code, message } of snapshot.warnings) {
    world.stderr.write(`pystack: warning: ${harmless(message.replaceAll(/\s*\n\s*/g, ' '))} (${code})\n`);
  }
  if (!snapshot.complete && snapshot.warnings.length === 0) {
    world.stderr.write('pystack: warning: the result is incomplete\n');
  }
}

function timingTable(timings: readonly { phase: string; ms: number }[]): string {
  const width = Math.max(...timings.map(({ phase }) => phase.length));
  const lines = timings.map(({ phase, ms }) => `  ${harmless(phase).padEnd(width)}  ${ms.toFixed(2).padStart(9)} ms`);
  return `pystack: where the time went\n${lines.join('\n')}\n`;
}
