/** What does `pystack fleet` do? Ask all hosts through what carries it, merge what comes, and show it as groups. */
import { EXIT, type ExitCode, PystackError } from '../errors.js';
import { askFleet, type FleetResult, type Listener } from '../many/fleet/fleet.js';
import { planOf } from '../many/fleet/plan.js';
import { askClient } from '../many/fleet/run-client.js';
import type { Fleet, SilentHosts } from '../many/groups/model.js';
import { namesText } from '../many/groups/ranges.js';
import { collectLines } from '../many/looks/collect-line.js';
import { LookSet } from '../many/looks/look-set.js';
import { harmless } from '../render/escape.js';
import { thousands } from '../thousands.js';
import { version } from '../version.js';
import type { Invocation } from './invocation.js';
import { writePieces } from './output.js';
import { groupWriter } from './presenters.js';
import { ProgressLine } from './progress.js';
import { Remarks } from './remarks.js';
import { writeWhole } from './whole-file.js';
import type { World } from './world.js';

/** Throws PystackError where nobody could be asked, or nobody answers. */
export async function showFleet(
  { request, output, view }: Extract<Invocation, { command: 'fleet' }>,
  world: World,
): Promise<ExitCode> {
  const progress = (await world.stderrIsTerminal()) ? new ProgressLine(world.stderr, world.now) : null;
  const remarks = new Remarks((text) => {
    progress?.wipe();
    world.stderr.write(text);
  });
  const limits = {
    timeoutMs: request.timeoutS * 1000,
    fanout: request.fanout,
    signal: world.interruption(),
    environment: world.env,
  };
  const set = new LookSet();
  const result = await (async () => {
    const plan = await planOf(request, (program, args) => askClient(program, args, limits));
    if (view.verbosity > 0) for (const { program, args } of plan.calls) remarks.add(null, [program, ...args].join(' '));
    return askFleet(plan, set, listenerOf(remarks, progress, set), limits);
  })().finally(() => {
    progress?.wipe();
    remarks.end();
  });
  const fleet = fleetOf(request.carrier, result);
  const problem = problemOf(set, result);
  let code: ExitCode = EXIT.complete;
  if (problem === null || result.answered.length > 0) {
    if (output !== null) {
      const lines = collectLines(set, { writer: version(), host: '', at: new Date().toISOString() });
      if (output === '-') writePieces(world.stdout, lines);
      else writeWhole(output, lines);
    }
    // A page is written beside it.
    if (problem === null && (output === null || view.html !== null))
      code = (await groupWriter(view, world))(set, true, fleet);
  }
  tellSilent(fleet, world);
  if (result.otherLines > 0) {
    const count = thousands(result.otherLines);
    world.stderr.write(
      `pystack: lines between the answers that are not of pystack collect, and were passed over: ${count}\n`,
    );
  }
  if (problem) throw problem;
  return fleet.silent.length > 0 && code === EXIT.complete ? EXIT.incomplete : code;
}

function listenerOf(remarks: Remarks, progress: ProgressLine | null, set: LookSet): Listener {
  return {
    host({ answered, asked }) {
      const of = asked === null ? '' : ` of ${thousands(asked)}`;
      progress?.show(`${thousands(answered)}${of} hosts answered, ${thousands(set.size)} processes`);
    },
    remark: (host, text) => remarks.add(host, text),
    damaged: (host, error) =>
      remarks.add(host, `pystack: ${error.message}: ${error.details.cause ?? ''} (${error.code})`),
  };
}

/** Equal reasons once, the most frequent first. */
function fleetOf(carrier: string, { asked, answered, silent }: FleetResult): Fleet {
  const reasons = new Map<string, SilentHosts>();
  for (const { host, why, detail } of silent) {
    const key = `${why}\0${detail}`;
    const known = reasons.get(key);
    if (known) known.hosts.push(host);
    else reasons.set(key, { why, detail, hosts: [host] });
  }
  const sorted = [...reasons.values()].sort((a, b) => b.hosts.length - a.hosts.length);
  return { carrier, asked, answered: answered.length, silent: sorted };
}

/** Why there is nothing to be shown; null: there is something. */
function problemOf(set: LookSet, { answered, asked }: FleetResult): PystackError | null {
  if (set.size > 0) return null;
  if (answered.length === 0) {
    return new PystackError(
      'no-answer',
      asked === 1 ? 'the host did not answer' : `none of the ${asked ?? ''} hosts answered`.replace('  ', ' '),
      {
        cause: 'What was said over there stands above.',
        nextStep: 'is pystack there? --pystack <path> says where, --send <file> sends it along',
      },
    );
  }
  return new PystackError('no-such-process', 'on none of the hosts a Python process is what was asked for', {
    cause: `${thousands(answered.length)} answered, and none of them has one that may be looked at.`,
    nextStep: 'say which: --match <pattern>, --user <name>, --all',
  });
}

function tellSilent({ asked, silent }: Fleet, world: World): void {
  for (const { why, detail, hosts } of silent) {
    const of = asked === null ? '' : ` of ${thousands(asked)}`;
    const names = harmless(namesText(hosts, MOST_NAMES));
    const what = { late: 'gave no answer in time', failed: 'gave no answer', damaged: 'sent what cannot be read' }[why];
    const reason = why === 'late' ? '' : ` (${harmless(detail)})`;
    world.stderr.write(`pystack: ${thousands(hosts.length)}${of} ${what}${reason}: ${names}\n`);
  }
}

const MOST_NAMES = 24;
