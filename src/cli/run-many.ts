/** What does one run over many processes or core files do? Look at each in turn, show it, and tell in the end who is missing. */
import { ERRORS, EXIT, type ExitCode, type PystackError } from '../errors.js';
import { type Look, lookAtEach, Tally } from '../many/each.js';
import { harmless } from '../render/escape.js';
import { thousands } from '../thousands.js';
import { collectPresenter } from './collect-presenter.js';
import { isFailure } from './fail-on.js';
import type { Invocation } from './invocation.js';
import { observers } from './logging.js';
import type { Pipeline } from './pipeline.js';
import type { Presenter, Target } from './presenter.js';
import { presenterFor, targetText } from './presenters.js';
import { ProgressLine } from './progress.js';
import type { View } from './view.js';
import type { WaitsAmong } from './waits-among.js';
import type { World } from './world.js';

export type LookingAtMany = Extract<Invocation, { command: 'remote-many' | 'core-many' | 'collect' }>;

/** Throws PystackError where it cannot even begin. */
export async function showMany(invocation: LookingAtMany, world: World, pipeline: Pipeline): Promise<ExitCode> {
  const { view } = invocation;
  const { targets: chosen, refused } = await targetsOf(invocation, world).catch(async (error) => {
    // Who merges what many hosts collected has to know that this one was asked and has none.
    if (invocation.command === 'collect') (await collectPresenter(invocation, world)).end(new Tally(), []);
    throw error;
  });
  const progress = (await world.stderrIsTerminal()) ? new ProgressLine(world.stderr, world.now) : null;
  const presenter = await presenterOf(invocation, world);
  const tally = new Tally();
  let isFound = false;
  const failures: { target: Target; error: PystackError }[] = [];
  const looking = observers(world, view, progress);
  const { aboutCore, aboutProcess } = await import('../many/about.js');
  const host = invocation.command === 'collect' ? (invocation.host ?? undefined) : undefined;
  // Asked before the look: what has ended by then is still known by name.
  let about = aboutCore('');
  const look = (target: Target) => {
    about = typeof target === 'number' ? aboutProcess(target, host) : aboutCore(target);
    return invocation.command === 'core-many'
      ? pipeline.inspectCore(String(target), { ...invocation.options, ...looking })
      : pipeline.inspectProcess(Number(target), { ...invocation.options, ...looking });
  };
  // It grows where those that are waited for are looked at as well.
  const targets = [...chosen];
  const among = await waitsAmong(invocation, targets);
  try {
    const told = (done: number, target: Target) =>
      progress?.show(`looking at ${thousands(done + 1)} of ${thousands(targets.length)}: ${targetText(target)}`);
    for await (const answer of lookAtEach(targets, look, told)) {
      tally.add(answer);
      if (isFailure(view.failOn, answer.snapshot)) isFound = true;
      progress?.wipe();
      if (answer.error) failures.push({ target: answer.target, error: answer.error });
      else tellWarnings(answer, world);
      if (answer.snapshot && among) targets.push(...among.add(answer.snapshot));
      if (!presenter.add(answer, about)) break;
    }
  } finally {
    progress?.wipe();
  }
  const findings =
    among && invocation.command === 'remote-many'
      ? await among.findings(pipeline, { ...invocation.options, ...looking })
      : [];
  if (isFailure(view.failOn, { findings })) isFound = true;
  presenter.end(tally, findings);
  if (among?.remark) world.stderr.write(`pystack: ${among.remark}\n`);
  tellFailures(failures, targets.length, refused, view, world);
  if (tally.shown === 0) return EXIT.nothing;
  if (isFound) return EXIT.found;
  return tally.complete ? EXIT.complete : EXIT.incomplete;
}

/** null: they are not of one moment, or only collected. */
async function waitsAmong(invocation: LookingAtMany, targets: readonly Target[]): Promise<WaitsAmong | null> {
  if (invocation.command !== 'remote-many') return null;
  const { WaitsAmong } = await import('./waits-among.js');
  return new WaitsAmong(invocation.follow, targets.map(Number));
}

function presenterOf(invocation: LookingAtMany, world: World): Promise<Presenter> {
  const { command, view, options } = invocation;
  if (command === 'collect') return collectPresenter(invocation, world);
  const executableGiven = command === 'core-many' && (options.executable ?? null) !== null;
  return presenterFor(view, { executableGiven, locals: options.locals !== false }, world);
}

async function targetsOf(
  invocation: LookingAtMany,
  world: World,
): Promise<{ targets: readonly Target[]; refused: readonly number[] }> {
  if (invocation.command !== 'core-many') {
    const { selectProcesses } = await import('../many/selection.js');
    const { pids, refused } = selectProcesses(invocation.selection, world.pid);
    return { targets: pids, refused };
  }
  const { expandCoreFiles, systemdCores } = await import('../many/core-files.js');
  const { cores } = invocation;
  if (!('systemd' in cores)) return { targets: expandCoreFiles(cores), refused: [] };
  const all = systemdCores(cores.systemd);
  const targets = cores.newestOnly ? all.slice(0, 1) : all;
  return { targets, refused: [] };
}

function tellWarnings({ target, snapshot }: Look<Target>, world: World): void {
  for (const { code, message } of snapshot?.warnings ?? []) {
    world.stderr.write(`pystack: warning: ${oneLine(`${targetText(target)}: ${message}`)} (${code})\n`);
  }
  if (snapshot && !snapshot.complete && snapshot.warnings.length === 0) {
    world.stderr.write(`pystack: warning: ${oneLine(targetText(target))}: the result is incomplete\n`);
  }
}

/** Each on a line; then, once for each kind of error, what can be done about it. */
export function tellFailures(
  failures: readonly { target: Target; error: PystackError }[],
  total: number,
  refused: readonly number[],
  view: View,
  world: World,
): void {
  for (const { target, error } of failures) {
    world.stderr.write(`pystack: ${oneLine(`${targetText(target)}: ${error.message}`)} (${error.code})\n`);
    if (view.verbosity >= 2 && error.code === 'internal') {
      const trace = error.cause instanceof Error ? error.cause.stack : undefined;
      for (const line of (trace ?? '').split('\n')) world.stderr.write(`  ${harmless(line)}\n`);
    }
  }
  if (failures.length > 0) {
    const count = `${thousands(failures.length)} of ${thousands(total)}`;
    world.stderr.write(`pystack: ${count} could not be shown\n`);
  }
  const told = new Set<string>();
  for (const { error } of failures) {
    if (told.has(error.code)) continue;
    told.add(error.code);
    const { cause, nextStep } = error.details;
    const why = cause === undefined ? '' : `${oneLine(cause).replace(/[.]$/, '')}. `;
    const step = nextStep === undefined ? oneLine(ERRORS[error.code].remedy) : `Next step: ${oneLine(nextStep)}`;
    world.stderr.write(`${error.code}: ${why}${step}\n`);
  }
  if (refused.length > 0) {
    const ids = refused.slice(0, 5).join(', ') + (refused.length > 5 ? ', …' : '');
    const count = thousands(refused.length);
    world.stderr.write(
      `pystack: left out, as they are other users' and may be Python: ${count} (${ids}); root can look at them\n`,
    );
  }
}

function oneLine(text: string): string {
  return harmless(text.replaceAll(/\s*\n\s*/g, ' '));
}
