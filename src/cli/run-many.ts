/** What does one run over many processes or core files do? Look at each in turn, show it, and tell in the end who is missing. */
import { ERRORS, EXIT, type ExitCode, type PystackError } from '../errors.js';
import type { ProcessEntry } from '../many/document.js';
import { type Look, lookAtEach, Tally } from '../many/each.js';
import { harmless } from '../render/escape.js';
import type { Palette } from '../render/palette.js';
import { paletteFor, wantsColour } from './colours.js';
import type { Invocation, View } from './invocation.js';
import { observers } from './logging.js';
import { writePieces } from './output.js';
import { pageOf, wantsLinks, wantsPage } from './page.js';
import type { Pipeline } from './pipeline.js';
import { ProgressLine } from './progress.js';
import type { World } from './run.js';

export type LookingAtMany = Extract<Invocation, { command: 'remote-many' | 'core-many' }>;

/** What is looked at: a process id, or the path of a core file. */
export type Target = number | string;

/** Shows results one by one. */
export interface Presenter {
  /** false: nobody reads any more. */
  add(look: Look<Target>): boolean;
  end(tally: Tally): void;
}

/** Throws PystackError where it cannot even begin. */
export async function showMany(invocation: LookingAtMany, world: World, pipeline: Pipeline): Promise<ExitCode> {
  const { view } = invocation;
  const { targets, refused } = await targetsOf(invocation, world);
  const progress = (await world.stderrIsTerminal()) ? new ProgressLine(world.stderr, world.now) : null;
  const presenter = await presenterFor(invocation, world);
  const tally = new Tally();
  const failures: { target: Target; error: PystackError }[] = [];
  const looking = observers(world, view, progress);
  const look = (target: Target) =>
    invocation.command === 'remote-many'
      ? pipeline.inspectProcess(Number(target), { ...invocation.options, ...looking })
      : pipeline.inspectCore(String(target), { ...invocation.options, ...looking });
  const total = targets.length.toLocaleString('en-US');
  try {
    const told = (done: number, target: Target) =>
      progress?.show(`looking at ${(done + 1).toLocaleString('en-US')} of ${total}: ${targetText(target)}`);
    for await (const answer of lookAtEach(targets, look, told)) {
      tally.add(answer);
      progress?.wipe();
      if (answer.error) failures.push({ target: answer.target, error: answer.error });
      else tellWarnings(answer, world);
      if (!presenter.add(answer)) break;
    }
  } finally {
    progress?.wipe();
  }
  presenter.end(tally);
  tellFailures(failures, targets.length, refused, view, world);
  if (tally.shown === 0) return EXIT.nothing;
  return tally.complete ? EXIT.complete : EXIT.incomplete;
}

async function targetsOf(
  invocation: LookingAtMany,
  world: World,
): Promise<{ targets: readonly Target[]; refused: readonly number[] }> {
  if (invocation.command === 'remote-many') {
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

/** `process 12`, or the path of a core. */
export function targetText(target: Target): string {
  return typeof target === 'number' ? `process ${target}` : target;
}

async function presenterFor({ view, options }: LookingAtMany, world: World): Promise<Presenter> {
  if (view.jsonLines || view.json) return (await jsonPresenters())[view.jsonLines ? 'lines' : 'document'](world);
  const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
  return textPresenter(world, palette, view, 'executable' in options && options.executable !== null);
}

/** The one after the other, as `pystack remote` shows each, under a line that says whose it is. */
async function textPresenter(world: World, palette: Palette, view: View, executableGiven: boolean): Promise<Presenter> {
  const [{ textPieces }, { targetHeading }] = await Promise.all([
    import('../render/text.js'),
    import('../render/target-heading.js'),
  ]);
  let first = true;
  const page = await wantsPage(view, world);
  const options = { palette, verbose: view.verbosity > 0, executableGiven };
  const links = page && (await wantsLinks(view.color, world.env, world.stdoutIsTerminal));
  return {
    add({ target, snapshot }) {
      if (snapshot === null) return true;
      if (page) {
        const separator = first ? '' : '\n';
        first = false;
        return (
          world.stdout.write(separator) && writePieces(world.stdout, pageOf(snapshot, view, options, world, links))
        );
      }
      const heading = `${first ? '' : '\n'}${targetHeading(snapshot, targetText(target), palette)}\n`;
      first = false;
      const text = textPieces(snapshot, options);
      return world.stdout.write(heading) && writePieces(world.stdout, text);
    },
    end() {},
  };
}

async function jsonPresenters() {
  const { entriesHead, entriesTail, entryPieces } = await import('../render/many-json.js');
  return {
    document(world: World): Presenter {
      let first = true;
      return {
        add(look) {
          const head = entriesHead(first);
          first = false;
          return world.stdout.write(head) && writePieces(world.stdout, entryPieces(entryOf(look)));
        },
        end: (tally) => void world.stdout.write(entriesTail(tally.complete && tally.shown > 0, !first)),
      };
    },
    lines(world: World): Presenter {
      return {
        add: (look) => writePieces(world.stdout, [...entryPieces(entryOf(look)), '\n']),
        end() {},
      };
    },
  };
}

function entryOf({ target, snapshot, error }: Look<Target>): ProcessEntry {
  return {
    pid: typeof target === 'number' ? target : (snapshot?.pid ?? null),
    core: typeof target === 'string' ? target : null,
    snapshot,
    error: error && {
      code: error.code,
      message: error.message,
      cause: error.details.cause ?? null,
      nextStep: error.details.nextStep ?? null,
    },
  };
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
function tellFailures(
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
    const count = `${failures.length.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
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
    const count = refused.length.toLocaleString('en-US');
    world.stderr.write(
      `pystack: left out, as they are other users' and may be Python: ${count} (${ids}); root can look at them\n`,
    );
  }
}

function oneLine(text: string): string {
  return harmless(text.replaceAll(/\s*\n\s*/g, ' '));
}
