/**
 * How do groups look as text? What was looked at and who is missing; then a block for each stack: who stands there, and
 * the frames as `pystack remote` shows them, recursion folded.
 */
import type { Crash, Example, Fleet, Group, GroupFrame, Groups, Run, Who } from '../many/groups/model.js';
import { namesText, rangesText } from '../many/groups/ranges.js';
import { durationText } from '../report/duration.js';
import { piecesOf } from '../report/fold.js';
import { harmless, harmlessSource } from './escape.js';
import { type Palette, PLAIN } from './palette.js';
import { count, counted, placesText, type Whereabouts } from './places-text.js';

/** The whole report in pieces, about one a group. */
export function* groupsText(groups: Groups, palette: Palette = PLAIN): Generator<string> {
  const where = whereaboutsOf(groups);
  yield `${summaryLines(groups, palette).join('\n')}\n`;
  for (const crash of groups.crashes) yield `\n${crashLines(crash, palette).join('\n')}\n`;
  // Of cores that crashed the rest of the threads is seldom what is asked for, and there may be thousands of them.
  const rest = groups.crashes.length > 0 ? [] : groups.groups;
  for (const group of rest) yield `\n${groupLines(group, where, groups, palette).join('\n')}\n`;
}

/** What need not be said of each. */
export function whereaboutsOf({ counts, jobs, failures }: Groups): Whereabouts {
  const failedHosts = new Set(failures.flatMap(({ of }) => of.pids.map(({ host }) => host)));
  return { oneJob: jobs.length <= 1, oneHost: counts.hosts <= 1 && failedHosts.size <= 1 };
}

/** What was looked at, who is missing, and what could not be read. */
export function summaryLines(groups: Groups, palette: Palette): string[] {
  const { counts, from, to, fleet, jobs, findings, failures, warnings, crashes } = groups;
  const where = whereaboutsOf(groups);
  const hosts = counts.hosts > 1 ? ` on ${count(counts.hosts)} hosts` : '';
  const stacks =
    crashes.length > 0 ? counted(crashes.length, 'crash', 'crashes') : counted(groups.groups.length, 'stack');
  const head = `${counted(counts.processes, 'process', 'processes')}${hosts}, ${counted(counts.threads, 'thread')}, ${stacks}`;
  const lines = [palette.name(head)];
  // One look after the other: what stood at the start may have moved by the end.
  if (from !== null && to !== null && counts.processes > 1 && crashes.length === 0) {
    lines.push(
      `Looked at between ${harmless(from)} and ${harmless(to)}, by ${counts.hosts > 1 ? "each host's" : 'the'} clock`,
    );
  }
  if (fleet !== null) lines.push(...fleetLines(fleet, palette));
  for (const job of jobs) {
    const name = job.id === null ? 'The job' : `Job ${harmless(job.id)}`;
    const size = job.size === null ? '' : ` of ${count(job.size)}`;
    const ranks = job.ranks.length === 0 ? 'no rank' : `ranks ${rangesText(job.ranks, 12)}`;
    lines.push(`${name}: ${ranks}${size} (${harmless(job.variable)})`);
    if (job.missing.length > 0) lines.push(palette.alarm(`  * Missing: ranks ${rangesText(job.missing, 24)}`));
    if (job.unreadable.length > 0) {
      lines.push(palette.alarm(`  * Could not be read: ranks ${rangesText(job.unreadable, 24)}`));
    }
  }
  for (const { code, certain, message, of } of findings) {
    const paint = certain ? palette.alarm : palette.note;
    const doubt = certain ? '' : ', not proven';
    const eg = of.processes === 1 ? '' : ', e.g.';
    lines.push(paint(`  * ${harmless(code)}${doubt} in ${placesText(of, where)}${eg}: ${harmless(message)}`));
  }
  for (const { code, message, of } of failures) {
    const example = of.processes === 1 ? '' : `, e.g.`;
    lines.push(
      palette.alarm(
        `  * ${counted(of.processes, 'process', 'processes')} could not be read (${code}): ${placesText(of, where)}${example}: ${harmless(message)}`,
      ),
    );
  }
  for (const { code, processes } of warnings) {
    lines.push(
      palette.note(
        `  * Something is missing or doubtful in ${counted(processes, 'process', 'processes')} (${harmless(code)})`,
      ),
    );
  }
  return lines;
}

/** Hosts, and why those did not answer that did not. */
function fleetLines({ carrier, asked, answered, silent }: Fleet, palette: Palette): string[] {
  const of = asked === null ? counted(answered, 'host') : `${count(answered)} of ${counted(asked, 'host')}`;
  return [
    `${of} answered (${carrier})`,
    ...silent.map(({ why, detail, hosts }) => {
      const label = { late: 'Late', failed: 'No answer', damaged: 'Answer damaged' }[why];
      return palette.alarm(`  * ${label}: ${harmless(namesText(hosts, MOST_HOSTS))} (${harmless(detail)})`);
    }),
  ];
}

/** Names of hosts that are told of one reason. */
const MOST_HOSTS = 24;

/** Who stands there, and where. @param counts of all groups that it is one of */
export function groupLines(
  group: Group,
  where: Whereabouts,
  { counts }: Pick<Groups, 'counts'>,
  palette: Palette,
): string[] {
  const alone = counts.processes === 1;
  const [first, ...more] = group.who;
  const lines: string[] = [];
  if (first && more.length === 0) {
    lines.push(palette.name(`${counted(group.threads, 'thread')}: ${whoText(first, where, alone)}`));
  } else {
    lines.push(
      palette.name(`${counted(group.threads, 'thread')} of ${counted(group.processes, 'process', 'processes')}:`),
    );
    for (const who of group.who) lines.push(`  ${counted(who.threads, 'thread')}: ${whoText(who, where, alone)}`);
  }
  if (group.odd) {
    const { elsewhere, of } = group.odd;
    lines.push(
      palette.alarm(
        `  * The odd one out: ${count(elsewhere)} of the ${count(of)} of its kind stand together elsewhere`,
      ),
    );
  }
  const needsExample = group.threads > 1 || (first?.of.ranks.length ?? 0) > 0;
  if (needsExample && !alone) lines.push(`  * For example ${exampleText(group.example)}`);
  if (group.states.length > 0) {
    const states = group.states.map(({ text, threads }) =>
      threads === group.threads ? text : `${text} (${count(threads)})`,
    );
    lines.push(palette.faint(`  * ${harmless(states.join(', '))}`));
  }
  const since = stillText(group);
  if (since !== '') lines.push(palette.faint(`  * ${since}`));
  if (group.inFindings > 0) {
    lines.push(palette.alarm(`  * Above it is said what is wrong with ${count(group.inFindings)} of them`));
  }
  if (group.stack.length === 0) lines.push('    (no frames)');
  for (const line of stackLines(group.stack, palette)) lines.push(line);
  if (group.inconsistent > 0) {
    lines.push(
      palette.note(
        `  * ${counted(group.inconsistent, 'of them was', 'of them were')} running while read; their frames may not belong together`,
      ),
    );
  }
  if (group.truncated > 0)
    lines.push(palette.note(`  * Outer frames are missing of ${count(group.truncated)} of them`));
  return lines;
}

/** Shorter than this, how long it has been is not told, ms. */
const WORTH_TELLING_MS = 1000;

/** For how long they have not run; '' where that says nothing. */
export function stillText({ still, threads }: Group): string {
  if (still === null || still.mostMs < WORTH_TELLING_MS) return '';
  const [least, most] = [durationText(still.leastMs), durationText(still.mostMs)];
  const whose = still.threads === threads ? '' : ` (${count(still.threads)} of them)`;
  return `Not run for ${least === most ? most : `${least} to ${most}`}${whose}`;
}

/** `worker-[3-31,40] of ranks 0-511`. */
export function whoText({ names, of }: Who, where: Whereabouts, alone: boolean): string {
  if (alone) return harmless(names);
  // Of a rank's helpers the ids say nothing, and of how many there are the rank says nothing.
  const ofRanks = of.children && of.ranks.length > 0;
  const helpers = ofRanks ? `${counted(of.processes, 'child process', 'child processes')} of ` : '';
  return `${harmless(names)} of ${helpers}${placesText(of, { ...where, children: of.children && !ofRanks })}`;
}

/** One of them, in a line. */
export function exampleText({ host, pid, tid, core, command }: Example): string {
  if (core !== null) return harmless(core);
  const thread = tid === null || tid === pid ? '' : `thread ${tid} of `;
  return `${thread}process ${pid ?? '?'}${host === '' ? '' : ` on ${harmless(host)}`}${command === null ? '' : `: ${harmless(command)}`}`;
}

function crashLines(crash: Crash, palette: Palette): string[] {
  const lines = [palette.alarm(`${counted(crash.processes, 'crash', 'crashes')}: ${harmless(crash.signature)}`)];
  const shown = crash.cores.slice(0, 5).map(harmless).join(', ');
  const left = crash.cores.length - 5;
  if (crash.cores.length > 0) lines.push(`  In ${shown}${left > 0 ? ` and ${count(left)} more` : ''}`);
  if (crash.cores.length > 1) lines.push(`  * For example ${exampleText(crash.example)}`);
  return [...lines, ...stackLines(crash.stack, palette)];
}

/** Frames, outermost first. */
export function stackLines(stack: readonly Run[], palette: Palette): string[] {
  return stack.flatMap((run) =>
    piecesOf(run.frames, run.most).flatMap((piece) =>
      piece.kind === 'item' ? frameLines(piece.item, palette) : [palette.faint(`    ${moreLine(piece.count, run)}`)],
    ),
  );
}

/** How many of a recursion are left out, of which calls. */
export function moreLine(left: number, { least, most, frames }: Run): string {
  const fewest = left - (most - least) * frames.length;
  const range = least === most ? count(left) : `${count(Math.max(0, fewest))} to ${count(left)}`;
  return `… ${range} more of ${frames.map(shortCall).join(' → ')}`;
}

/** `f (x.py:4)`. */
export function shortCall({ name, file, line: most, lines }: GroupFrame): string {
  const line = lines.length > 0 ? null : most;
  const place =
    file === null ? '' : ` (${harmless(file.slice(file.lastIndexOf('/') + 1))}${line === null ? '' : `:${line}`})`;
  return `${harmless(name ?? '???')}${place}`;
}

function frameLines(frame: GroupFrame, palette: Palette): string[] {
  const { kind, name, file, line, lines, source } = frame;
  const called = palette.name(harmless(name ?? '???'));
  const head =
    kind === 'python'
      ? `    ${palette.python('(Python)')} File "${harmless(file ?? '???')}", line ${line ?? '?'}, in ${called}`
      : `    ${palette.native('(C)')} ${called}${file === null ? '' : ` (${palette.faint(harmless(file))})`}`;
  const told = [head];
  if (source !== null) told.push(`        ${harmlessSource(source)}`);
  if (lines.length > 0) {
    const shown = lines.slice(0, 6).map(({ line: its, threads }) => `${its ?? '?'} (${count(threads)})`);
    const left = lines.length - shown.length;
    told.push(palette.note(`        * at lines ${shown.join(', ')}${left > 0 ? ` and ${count(left)} more` : ''}`));
  }
  return told;
}
