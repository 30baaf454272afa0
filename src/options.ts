/**
 * What may a caller ask for? The options of `inspectProcess` and `inspectCore`, all optional, and what they are when
 * nobody says. The command line makes these; the pipeline reads the settled form. Types and one pure function.
 */
import { PystackError } from './errors.js';

/** 1: what was found and how (`-v`); 2: every step (`-vv`). */
export type LogLevel = 1 | 2;
export type Log = (level: LogLevel, message: string) => void;

/** Ways of finding the interpreter, in the order in which they are tried. */
export const LOCATE_STRATEGIES = ['note', 'symbol', 'section', 'cookie', 'scan', 'thread-id', 'code-type'] as const;

/** `python`: in the threads Python knows; `all`: in all; `last`: only what comes after the last Python frame. */
export type NativeMode = 'off' | 'python' | 'all' | 'last';

export interface LocalsOptions {
  /** How many levels of containers are shown. Default 3. */
  readonly depth?: number;
  /** Characters shown of a string, bytes or number. Default 200. */
  readonly maxString?: number;
  /** Elements shown of a container. Default 20. */
  readonly maxItems?: number;
  /** Case-insensitive regular expressions; values under matching names become `<redacted>`. Added to the default list. */
  readonly redact?: readonly string[];
  /** Whether the default list of secret names (password, token, …) applies. Default true. */
  readonly redactDefaults?: boolean;
}

interface CommonOptions {
  /** Default `off`. */
  readonly native?: NativeMode;
  /** With native frames: also those of the interpreter's own plumbing. Default false. */
  readonly plumbing?: boolean;
  /** Whether C++ and Rust names are demangled. Default true. */
  readonly demangle?: boolean;
  /** Whether debug information may be fetched where `DEBUGINFOD_URLS` is set. Default true. */
  readonly debuginfod?: boolean;
  /** Arguments and local variables: `true` for the defaults, `false` (the default) for none. */
  readonly locals?: boolean | LocalsOptions;
  /** Whether tasks of event loops are looked at as well. Default true. */
  readonly tasks?: boolean;
  /** How many tasks are looked at; of the others only their number is told. Default 100,000. */
  readonly maxTasks?: number;
  /** Whether slow strategies of locating the interpreter may be used as well. Default false. */
  readonly exhaustive?: boolean;
  /** Names of the only locating strategies to use; null (the default): all. */
  readonly locateBy?: readonly string[] | null;
  /** Part of the path of the file whose interpreter is shown, where a process has several, or its address as `0x…`; null (the
   * default): the busiest. */
  readonly library?: string | null;
  /** Told what is being done. Default: nobody. */
  readonly log?: Log;
  /** Told, again and again, what is being waited for (debug information from a server). Default: nobody. */
  readonly progress?: (message: string) => void;
}

/** Options of looking at a live process. */
export interface InspectOptions extends CommonOptions {
  /** `non-blocking`: no thread of the target is ever stopped. Default `blocking`: as few as possible, as briefly as possible. */
  readonly mode?: 'blocking' | 'non-blocking';
  /** Longest time threads may be kept stopped, ms; what does not fit is left out and said so. null (the default): the pipeline's own bounds. */
  readonly maxPauseMs?: number | null;
  /** Non-blocking: how long threads on the move are tried again, ms. Default 250. */
  readonly timeBudgetMs?: number;
}

/** Options of keeping a snapshot of a live process. */
export interface SnapshotOptions extends InspectOptions {
  /** Ends the writing, leaving no file. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/** Options of opening a core file. */
export interface CoreOptions extends CommonOptions {
  /** The program that made the core; null (the default): found from the core. */
  readonly executable?: string | null;
  /** Directories in which mapped files are looked for by name. */
  readonly libSearchPath?: readonly string[];
  /** Directory searched recursively for them; null: none. */
  readonly libSearchRoot?: string | null;
  /** Directory that holds an image of the machine the core came from; null: this machine's files. */
  readonly sysroot?: string | null;
  /** Whether to tell each thread's registers. Default false. */
  readonly registers?: boolean;
}

/** Which core: a file, or the newest of systemd-coredump's that matches (null: the newest of all). */
export type CoreSource = string | { readonly systemd: string | null };

/** The locals' options with nothing left open. */
export type LocalsSettings = Required<LocalsOptions>;

type Settled<T extends CommonOptions> = Required<Omit<T, 'locals'>> & { readonly locals: LocalsSettings | null };
export type InspectSettings = Settled<InspectOptions>;
export type CoreSettings = Settled<CoreOptions>;

export const DEFAULT_TIME_BUDGET_MS = 250;
export const DEFAULT_MAX_TASKS = 100_000;
export const DEFAULT_LOCALS: LocalsSettings = {
  depth: 3,
  maxString: 200,
  maxItems: 20,
  redact: [],
  redactDefaults: true,
};

/** The options of a live look with every default filled in. */
export function settleInspectOptions(options: InspectOptions = {}): InspectSettings {
  return {
    ...settleCommon(options),
    mode: options.mode ?? 'blocking',
    maxPauseMs: options.maxPauseMs ?? null,
    timeBudgetMs: options.timeBudgetMs ?? DEFAULT_TIME_BUDGET_MS,
  };
}

/** The options of opening a core with every default filled in. */
export function settleCoreOptions(options: CoreOptions = {}): CoreSettings {
  return {
    ...settleCommon(options),
    executable: options.executable ?? null,
    libSearchPath: options.libSearchPath ?? [],
    libSearchRoot: options.libSearchRoot ?? null,
    sysroot: options.sysroot ?? null,
    registers: options.registers ?? false,
  };
}

function settleCommon(options: CommonOptions): Settled<CommonOptions> {
  const locals = options.locals ?? false;
  return {
    native: options.native ?? 'off',
    plumbing: options.plumbing ?? false,
    demangle: options.demangle ?? true,
    debuginfod: options.debuginfod ?? true,
    locals: locals === false ? null : locals === true ? DEFAULT_LOCALS : settleLocals({ ...DEFAULT_LOCALS, ...locals }),
    tasks: options.tasks ?? true,
    maxTasks: options.maxTasks ?? DEFAULT_MAX_TASKS,
    exhaustive: options.exhaustive ?? false,
    locateBy: options.locateBy ?? null,
    library: options.library ?? null,
    log: options.log ?? (() => {}),
    progress: options.progress ?? (() => {}),
  };
}

/** Throws PystackError `usage` for what is no limit, or no regular expression. */
function settleLocals(locals: LocalsSettings): LocalsSettings {
  for (const name of ['depth', 'maxString', 'maxItems'] as const) {
    if (Number.isSafeInteger(locals[name]) && locals[name] >= 0) continue;
    throw new PystackError('usage', `locals.${name} must be a whole number from 0 on, not ${locals[name]}`, {
      nextStep: `leave it out for the default, ${DEFAULT_LOCALS[name]}`,
    });
  }
  for (const pattern of locals.redact) checkPattern('locals.redact', pattern);
  return locals;
}

/** Throws PystackError `usage` where `pattern`, given as `what`, is no regular expression. */
export function checkPattern(what: string, pattern: string): void {
  try {
    new RegExp(pattern, 'iu');
  } catch (error) {
    throw new PystackError('usage', `${what}: '${pattern}' is no regular expression`, {
      cause: error instanceof Error ? error.message : String(error),
      nextStep: 'write characters that mean something there with a backslash before them: \\(, \\., \\[',
    });
  }
}
