/** Which processes have the other end of a pipe open? Those who write it, of a thread that reads, and the other way round. */
import type { OutsideOwners } from '../process.js';
import { openEndsOf, readOpenEnd } from './open-ends.js';
import { ownersOf } from './other-processes.js';

/** "pipe:[4711] writers": of one pipe there are two ends. null: it is no pipe, or it is closed. */
export function readPipeEnds(pid: number, fd: number): OutsideOwners | null {
  const own = readOpenEnd(pid, fd);
  if (!own?.link.startsWith('pipe:[')) return null;
  const { ends, complete } = openEndsOf(own.link, pid);
  const others = ends.filter(({ reads, writes }) => (own.reads && writes) || (own.writes && reads));
  const { owners, all } = ownersOf(others.map((end) => end.pid));
  return { id: `${own.link} ${own.reads ? 'writers' : 'readers'}`, owners, complete: complete && all };
}
