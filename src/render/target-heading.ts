/** Whose threads follow, where those of several processes are shown? One line. */
import type { Snapshot } from '../snapshot.js';
import { harmless } from './escape.js';
import type { Palette } from './palette.js';

/** Of a command line no more is shown than fits beside other things. */
const MAX_COMMAND = 120;

/** `Process 1234: gunicorn: worker [app]`; of a core its path, and the process that it was. */
export function targetHeading(snapshot: Snapshot, target: string, palette: Palette): string {
  const name = target.charAt(0).toUpperCase() + target.slice(1);
  const command = (snapshot.commandLine ?? []).join(' ') || (snapshot.executable ?? '');
  const short = command.length > MAX_COMMAND ? `${command.slice(0, MAX_COMMAND)}…` : command;
  const whose = snapshot.source === 'live' || snapshot.pid === null ? '' : ` (process ${snapshot.pid})`;
  const title = snapshot.source === 'live' ? name : target;
  return `${palette.name(harmless(`${title}${whose}`))}${short === '' ? '' : `: ${harmless(short)}`}`;
}
