/**
 * Why was no Python found in a core? If part of the core is missing, that is why, and that is what can be done about.
 */
import { PystackError } from '../../errors.js';
import type { CoreProcess } from './core-process.js';
import { describeCore } from './describe-core.js';

/** What to throw instead of `error`, which came up while looking for Python in the core; mostly itself. */
export function explainLoss(target: CoreProcess, error: unknown): unknown {
  if (!(error instanceof PystackError) || (error.code !== 'not-python' && error.code !== 'not-initialized'))
    return error;
  const damage = target
    .warnings()
    .filter(({ code }) => code === 'core-truncated' || code === 'core-damaged')
    .map(({ message }) => message)
    .join('; ');
  const absence = absentModules(target);
  if (damage !== '') {
    return new PystackError(
      'core-unreadable',
      `what is left of the core file ${target.path} is too little to find Python in`,
      {
        cause: hasNoNotes(target) ? `${NO_NOTES}; ${damage}` : damage,
        tried: [error.message, error.details.cause ?? '', ...(error.details.tried ?? [])].filter(Boolean),
        nextStep: 'copy it again, or check `ulimit -c` and the free space where cores are written',
        nativeOnly: error.details.nativeOnly,
        underlying: error,
      },
    );
  }
  if (absence.length > 0) {
    return new PystackError('executable-not-found', `Python was not found in the core file ${target.path}`, {
      cause: `files that the core leaves out are not to be had: ${absence.join(', ')}`,
      tried: error.details.tried,
      nativeOnly: error.details.nativeOnly,
      nextStep:
        'give those files with --sysroot, --lib-search-path, --lib-search-root, or the executable after the core',
      underlying: error,
    });
  }
  return new PystackError(error.code, error.message, {
    ...error.details,
    nextStep: 'give --exhaustive; if the process did not run Python, or not yet, there is nothing to be found',
    underlying: error,
  });
}

const NO_NOTES =
  'its notes are lost, which a debugger writes at the very end: nothing tells which threads and files there were';

/** Whether all that the file says beside its memory is lost. Kernels write that first, gdb last. */
function hasNoNotes({ notes }: CoreProcess): boolean {
  return notes.threads.length === 0 && notes.files === null && notes.process === null && notes.auxv.size === 0;
}

/** With whose core it is and what ended it: that is known, and may be all that there is to know. */
export function withCore(target: CoreProcess, error: unknown): unknown {
  if (!(error instanceof PystackError)) return error;
  const { pid, capturedAt, metadata } = target;
  const core = { pid, capturedAt, process: metadata?.process ?? null, core: describeCore(target) };
  return new PystackError(error.code, error.message, { ...error.details, core, underlying: error });
}

/** The modules without a file that was accepted, those first that may hold Python. */
function absentModules(target: CoreProcess): string[] {
  const absent = target.modules.filter((module) => {
    const { status } = target.fileOf(module);
    return status === 'missing' || status === 'mismatch';
  });
  const likely = absent.filter((module) => module === target.program || module.path.includes('python'));
  const texts = [...likely, ...absent].map(({ path, buildId }) =>
    buildId === null ? path : `${path} (build id ${buildId})`,
  );
  // One file may be mapped as several modules.
  return [...new Set(texts)].slice(0, 5);
}
