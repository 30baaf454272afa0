/** What is a file descriptor of the target open on? */
import { readlinkSync } from 'node:fs';
import { errnoOf } from './proc-files.js';

/** "/var/log/app.log", "socket:[4711]", "pipe:[12]", …; null: it is closed, or may not be looked at. */
export function describeFd(pid: number, fd: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
