/** A running process could not be looked at, or not to the end: what is there to say beside the error itself? */
import { PystackError } from '../../errors.js';
import { pythonDescendants } from './descendants.js';
import { checkProcess, explainFailure } from './diagnose.js';
import { errnoOf, isOutOfDescriptors } from './proc-files.js';

/** As {@link Process.explain}. `isStillThere`: whether it has any memory left. */
export function explainLive(pid: number, error: unknown, isStillThere: () => boolean): unknown {
  if (error instanceof PystackError) {
    if (!lives(pid, isStillThere)) return ended(pid, error);
    return error.code === 'not-python' ? pointToChildren(pid, error) : error;
  }
  return isRefusal(errnoOf(error)) || isOutOfDescriptors(error) ? explainFailure(pid, error) : error;
}

/** Whether it says that there is no such process, or that we may not. */
function isRefusal(errno: string | null): boolean {
  return errno === 'ESRCH' || errno === 'EPERM' || errno === 'EACCES';
}

function lives(pid: number, isStillThere: () => boolean): boolean {
  try {
    checkProcess(pid);
    // On its way out, a process is without memory for a moment before it is a zombie.
    return isStillThere();
  } catch (error) {
    if (error instanceof PystackError) return false;
    if (isOutOfDescriptors(error)) return true;
    throw error;
  }
}

function ended(pid: number, underlying: unknown): PystackError {
  return new PystackError('process-exited', `process ${pid} ended while it was looked at`, {
    nextStep: 'look for its core file or its log; if it was restarted, look at the new process: pgrep -a python',
    underlying,
  });
}

/** A process that is no Python is told apart from one that started some. */
function pointToChildren(pid: number, error: PystackError): PystackError {
  const [child, ...more] = pythonDescendants(pid);
  if (!child) return error;
  const others = more.length === 0 ? '' : `, and ${more.length} more: pgrep -P ${pid}`;
  return new PystackError(error.code, error.message, {
    ...error.details,
    nextStep: `look at the Python that it started (${child.comm}): pystack remote ${child.pid}${others}`,
  });
}
