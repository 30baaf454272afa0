/** What does a core tell before its stacks? Which program it is of, the process as it was, and what ended it, in words. */
import type { CoreInfo, CoreSignal, Snapshot } from '../snapshot.js';
import { harmless } from './escape.js';
import type { Palette } from './palette.js';

/** What is told of a core before its threads. */
type OfCore = Pick<Snapshot, 'pid' | 'capturedAt' | 'process' | 'core'>;

/** The block above the threads, ending in a blank line; '' for a Snapshot without a core. */
export function coreText(snapshot: OfCore, palette: Palette, executableGiven: boolean): string {
  const { core } = snapshot;
  if (!core) return '';
  const lines: string[] = [];
  if (!executableGiven && core.executable !== null) {
    lines.push(`Using executable found in the core file: ${harmless(core.executable)}`);
  }
  lines.push('', ...informationLines(snapshot, core, palette), '', ...endLines(core, palette), '', '');
  return lines.join('\n');
}

export function informationLines(snapshot: OfCore, core: CoreInfo, palette: Palette): string[] {
  const shown = (value: string | number | null) => palette.python(value === null ? '?' : harmless(String(value)));
  const zombie = core.zombie === null ? null : core.zombie ? 'True' : 'False';
  return [
    palette.native('Core file information:'),
    `state: ${shown(core.state)} zombie: ${shown(zombie)} niceness: ${shown(core.nice)}`,
    `pid: ${shown(snapshot.pid)} ppid: ${shown(core.ppid)} sid: ${shown(core.sid)}`,
    `uid: ${shown(core.uid)} gid: ${shown(core.gid)} pgrp: ${shown(core.pgrp)}`,
    `executable: ${shown(core.fname)} arguments: ${shown(core.psargs)}`,
    `captured: ${shown(snapshot.capturedAt)} host: ${shown(snapshot.process?.host ?? null)}`,
    `threads: ${shown(threadsText(core))} maps: ${shown(mapsText(core))}`,
  ];
}

/** How many, and how many registers are known of each; the least, should they differ. */
function threadsText({ threads }: CoreInfo): string {
  if (threads.length === 0) return '0';
  return `${threads.length} (${Math.min(...threads.slice(0, 1000).map(({ registers }) => registers))} registers each)`;
}

/** How many, and how much of them the core holds. */
function mapsText({ maps }: CoreInfo): string {
  const held = maps.reduce((sum, { dumpedBytes }) => sum + dumpedBytes, 0);
  return `${maps.length} (${(held / 1024 / 1024).toFixed(1)} MiB held)`;
}

export function endLines(core: CoreInfo, palette: Palette): string[] {
  const { signal } = core;
  if (signal === null) {
    return [
      palette.name(
        core.onDemand
          ? 'The core file seems to have been generated on demand (the process did not crash)'
          : 'The core file does not tell what ended the process',
      ),
    ];
  }
  const lines = [crashLine(signal, palette)];
  const code = signal.codeName ?? (signal.code === null ? null : `code ${signal.code}`);
  const details = [signal.name, code, signal.faultContext === null ? null : harmless(signal.faultContext)];
  const told = details.filter((detail) => detail !== null);
  // The signal's name alone is already in the line above.
  if (told.length > 1) lines.push(`  ${told.join(', ')}`);
  return lines;
}

/** Signals whose address is that of an access; of SIGILL, SIGFPE and SIGTRAP it is the instruction's. */
const ACCESS: Readonly<Record<string, string>> = { SIGSEGV: 'a segmentation fault', SIGBUS: 'a bus error' };

// The wording ("died due a …", "died due receiving …") is what scripts look for.
function crashLine(signal: CoreSignal, palette: Palette): string {
  const access = ACCESS[signal.name];
  if (access !== undefined && signal.faultAddress !== null) {
    const address = palette.alarm(signal.faultAddress);
    return `${palette.name(`The process died due ${access} accessing address:`)} ${address}`;
  }
  let line = `${palette.name('The process died due receiving signal')} ${palette.alarm(signal.name)}`;
  if (signal.senderPid !== null) {
    line += palette.name(' sent by pid ') + palette.alarm(String(signal.senderPid));
    if (signal.senderUid !== null) line += palette.name(` (uid ${signal.senderUid})`);
  } else if (signal.faultAddress !== null) {
    line += palette.name(' at address ') + palette.alarm(signal.faultAddress);
  }
  return line;
}
