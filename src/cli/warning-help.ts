/** What does each warning of a Snapshot mean, and what can be done? The closed list that docs/warnings.md is made from. */
import type { WarningCode } from '../snapshot.js';

export interface WarningEntry {
  readonly meaning: string;
  readonly remedy: string;
}

export const WARNINGS: Readonly<Record<WarningCode, WarningEntry>> = {
  'stack-truncated': {
    meaning:
      'A stack ends before its outermost frame (the reason stands in `ending`), or memory that linked its frames is lost, and at the places marked `gap` some may be missing. What is shown is right.',
    remedy: 'Look again: a structure that was being changed will have settled. If it stays, memory is corrupted.',
  },
  'thread-inconsistent': {
    meaning: 'A thread ran while it was read, so its frames may be of different instants.',
    remedy: 'Look again, without `--no-block`, or give it more time: `--time-budget`.',
  },
  'not-simultaneous': {
    meaning: 'Each thread is right by itself, but not all of them stood there at the same instant.',
    remedy: 'Look again, or allow a longer stop: `--max-pause`.',
  },
  'interpreter-unreadable': {
    meaning: 'An interpreter, or the rest of the list of interpreters, cannot be read; its threads are missing.',
    remedy: 'Look again. If it stays, memory is corrupted, or a core lacks those pages.',
  },
  'other-interpreter': {
    meaning:
      'The process has more than one Python at work, each with a library (or a copy of one) of its own, and this one is not shown: it could not be read, the process ended before it was its turn (the warning says which), or it was a snapshot or watched, which have one.',
    remedy: 'Name the other: `--library`, with part of its library’s path, or the address that the warning tells.',
  },
  'version-untested': {
    meaning: 'The interpreter describes itself well enough to be read, but its version has not been tested with.',
    remedy: 'Compare what is shown with what you know; a newer release may have tested it.',
  },
  'names-unreadable': {
    meaning: 'The names that `threading` gives its threads could not be read; the names of the system are shown.',
    remedy: 'Look again: the table of threads was being changed, or `threading` was never imported.',
  },
  'source-modified': {
    meaning: 'A source file was changed after the process started, so the lines shown may not be those that ran.',
    remedy: 'Compare with the version that was deployed, or restart the process.',
  },
  'max-pause-exceeded': {
    meaning: 'Copying would have kept threads stopped for longer than `--max-pause` allows, so something was left out.',
    remedy: 'Allow more, or ask for less (without `--locals`, `--native`).',
  },
  'not-stoppable': {
    meaning:
      'A thread could not be stopped: it is in an uninterruptible wait, gets no CPU, or is under another tracer.',
    remedy: 'What is shown of it is read without a stop; see its `evidence`.',
  },
  starting: {
    meaning: 'The interpreter is still being set up; threads and modules may be missing.',
    remedy: 'Look again a moment later.',
  },
  finalizing: {
    meaning: 'The interpreter is shutting down; threads and modules may already be gone.',
    remedy: 'None: what is shown is what is left.',
  },
  'build-id-mismatch': {
    meaning:
      'A file of this machine is not the one the core was made with, so it is not used to fill in what the core leaves out.',
    remedy:
      'Give the right one through `--sysroot`, `--lib-search-path` or `--lib-search-root`; both build ids are named.',
  },
  'module-not-found': {
    meaning: 'A file that was mapped into the process is not to be found here.',
    remedy: 'Say where it is: `--sysroot`, `--lib-search-path` or `--lib-search-root`.',
  },
  'core-truncated': {
    meaning: 'The core file is shorter than its own headers say; what lay behind the cut is missing.',
    remedy: 'Get a complete one: a full disk, a size limit or an interrupted copy cut it.',
  },
  'core-damaged': {
    meaning: 'Parts of the core file contradict each other and were left out.',
    remedy: 'Get the file again from where it was written.',
  },
  'native-incomplete': {
    meaning: 'Some native frames are missing, or could not be placed among the Python ones.',
    remedy: 'Install the debug symbols or unwind tables of the library that is named.',
  },
  'value-unreadable': {
    meaning: 'Some values of variables could not be read; each is marked where it stands.',
    remedy: 'Look again; if it stays, memory is corrupted, or a core lacks those pages.',
  },
  'degraded-capture': {
    meaning: 'A mechanism that this tool prefers is not to be had here, so a weaker one was used.',
    remedy: '`-v` says which. Nothing shown is wrong because of it; threads may have been stopped for longer.',
  },
};
