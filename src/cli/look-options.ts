/** How is a process or a core looked at, by the options of a command line? Knows nothing of how that is parsed. */
import type { CoreOptions, InspectOptions, LocalsOptions, NativeMode } from '../options.js';
import type { Opts } from './handlers.js';
import { numberOf, stringOf, stringsOf } from './option-values.js';
import type { View } from './view.js';

export function remoteOptions(opts: Opts): InspectOptions {
  const maxPauseMs = numberOf(opts['maxPause']);
  const timeBudgetMs = numberOf(opts['timeBudget']);
  return {
    mode: opts['block'] === false ? 'non-blocking' : 'blocking',
    ...(maxPauseMs === undefined ? {} : { maxPauseMs }),
    ...(timeBudgetMs === undefined ? {} : { timeBudgetMs }),
  };
}

export function coreOptions(executable: string | undefined, opts: Opts, view: View): CoreOptions {
  return {
    executable: executable ?? null,
    libSearchPath: stringsOf(opts['libSearchPath']) ?? [],
    libSearchRoot: stringOf(opts['libSearchRoot']),
    sysroot: stringOf(opts['sysroot']),
    registers: view.verbosity > 0,
  };
}

export function stackOptions(opts: Opts, view: View) {
  const maxTasks = numberOf(opts['maxTasks']);
  return {
    native: nativeMode(opts['native']),
    // What the other one hides is not what this one does; its layout picks by itself.
    plumbing: view.verbosity > 0 || view.layout === 'compat',
    demangle: opts['demangle'] !== false,
    debuginfod: opts['debuginfod'] !== false,
    locals: opts['locals'] === true ? localsOptions(opts) : false,
    tasks: wantsTasks(opts, view),
    ...(maxTasks === undefined ? {} : { maxTasks }),
    exhaustive: opts['exhaustive'] === true,
    locateBy: stringsOf(opts['locateBy']) ?? null,
    library: stringOf(opts['library']),
  };
}

/** Layouts of threads alone show them if they are asked for. */
function wantsTasks(opts: Opts, { layout, format }: View): boolean {
  if (typeof opts['tasks'] === 'boolean') return opts['tasks'];
  return format !== 'text' || (layout !== 'plain' && layout !== 'compat');
}

function localsOptions(opts: Opts): LocalsOptions {
  const depth = numberOf(opts['localsDepth']);
  const maxString = numberOf(opts['maxString']);
  const maxItems = numberOf(opts['maxItems']);
  return {
    ...(depth === undefined ? {} : { depth }),
    ...(maxString === undefined ? {} : { maxString }),
    ...(maxItems === undefined ? {} : { maxItems }),
    redact: stringsOf(opts['redact']) ?? [],
    redactDefaults: opts['redactDefaults'] !== false,
  };
}

function nativeMode(value: unknown): NativeMode {
  return value === 'python' || value === 'all' || value === 'last' ? value : 'off';
}
