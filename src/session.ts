/**
 * How is a process looked at again and again? It is opened and its interpreter located once. Who has not run since the
 * last look is where it was: if that is so of all threads of the process, nothing of it can have changed, and what was
 * captured is told once more; if of some, their stacks stand.
 */
import { PystackError } from './errors.js';
import type { Located } from './locate/locate.js';
import { isStillThere } from './locate/still-there.js';
import { KnownStacks } from './moment/known-stacks.js';
import type { StackSource } from './native-stack/stacks-of.js';
import { withSharedLocks } from './neighbours/shared-locks.js';
import { type InspectOptions, settleInspectOptions } from './options.js';
import { type Examined, examineLocated, explained, locateIn, report, type Settings, stacksFor } from './pipeline.js';
import { openLiveProcess } from './process/live/live-process.js';
import { threadsThatStood } from './process/live/still-blocked.js';
import type { LookResult } from './process/native.js';
import { requireSupportedMachine } from './process/platform.js';
import type { Process, Sampler } from './process/process.js';
import type { Snapshot } from './snapshot.js';
import { Stopwatch } from './timings.js';

/** A running process that stays open, to be looked at again and again. */
export interface ProcessSession {
  readonly pid: number;
  /**
   * What every Python thread is doing now, as `inspectProcess` tells it. Where no thread of the process has run since the
   * look before, nothing of its memory is read, only for how long they wait is told anew; the stacks of
   * single threads that have not run are not read again either. A process that has replaced its program (exec), or moved
   * its interpreter, is located anew. Rejects with PystackError as `inspectProcess` does, with `process-exited` once the
   * process has ended; another look may be tried after any error. One look at a time: a second waits for the first.
   */
  look(): Promise<Snapshot>;
  /**
   * The same for whoever compares looks: also who has not run since the look before. Where nobody has, the snapshot is the
   * very one of that look, its times included, and it cost the run counters only.
   */
  lookAgain(): Promise<Sight>;
  /** Gives back what it holds: descriptors, and what is remembered. Looking after that rejects with `usage`. */
  close(): void;
}

/** A look, and what it tells of the time since the look before. */
export interface Sight {
  readonly snapshot: Snapshot;
  /** Kernel ids of threads that have not run for one instruction since the look before. Empty at the first look. */
  readonly stood: ReadonlySet<number>;
  /** Whether no thread of the process has: the snapshot is the one of the look before. */
  readonly unmoved: boolean;
}

/** Opens a running process and locates its interpreter. The caller closes the session. Rejects as `inspectProcess` does. */
export async function openProcess(pid: number, options: InspectOptions = {}): Promise<ProcessSession> {
  return openSession(pid, options, openLiveProcess);
}

/** The same, of a process that `open` opens, now and whenever it has to be opened anew. Throws PystackError. */
export function openSession(
  pid: number,
  options: InspectOptions,
  open: (pid: number) => OpenedProcess,
): ProcessSession {
  requireSupportedMachine();
  const session = new Session(pid, { ...settleInspectOptions(options), registers: false }, open);
  session.open();
  return session;
}

/** A process that moves. */
type OpenedProcess = Process & { readonly sampler: Sampler };

/** What is found once of a program. */
interface Opened {
  readonly process: Process;
  readonly sampler: Sampler;
  readonly located: Located;
}

/** What a look found, and how the threads stood just before it. */
interface Told {
  readonly before: LookResult;
  readonly examined: Examined;
  readonly stacks: StackSource | null;
}

class Session implements ProcessSession {
  readonly #settings: Settings;
  readonly #openProcess: (pid: number) => OpenedProcess;
  #opened: Opened | null = null;
  /** Of what was opened last, even if it is not open any more: it knows whether it is still that process. */
  #sampler: Sampler | null = null;
  #watch = new Stopwatch();
  #stacks: { readonly code: string; readonly source: StackSource } | null = null;
  #told: Told | null = null;
  #closed = false;
  /** Done when nobody looks. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly pid: number,
    settings: Settings,
    open: (pid: number) => OpenedProcess,
  ) {
    this.#settings = settings;
    this.#openProcess = open;
  }

  async look(): Promise<Snapshot> {
    const { snapshot } = await this.#inTurn((told, process) => this.#again(told, process));
    return snapshot;
  }

  lookAgain(): Promise<Sight> {
    return this.#inTurn((told) => told);
  }

  /** `again`: what is told where nobody has run. */
  #inTurn(again: (told: Told, process: Process) => Told): Promise<Sight> {
    const looking = this.#turn.then(() => this.#look(again));
    this.#turn = looking.catch(() => {});
    return looking;
  }

  close(): void {
    this.#closed = true;
    this.#forget();
  }

  /** Opens the process and locates its interpreter. Throws PystackError. */
  open(): Opened {
    this.#forget();
    const process = this.#openProcess(this.pid);
    this.#sampler = process.sampler;
    this.#watch.lap('open');
    try {
      const located = locateIn(process, this.#settings);
      this.#watch.lap('locate');
      this.#opened = { process, sampler: process.sampler, located };
      return this.#opened;
    } catch (error) {
      process.close();
      throw explained(process, error);
    }
  }

  #forget(): void {
    this.#opened?.process.close();
    this.#opened = null;
    this.#stacks?.source.close();
    this.#stacks = null;
    this.#told = null;
  }

  async #look(again: (told: Told, process: Process) => Told): Promise<Sight> {
    if (this.#closed) {
      throw new PystackError('usage', `the session of process ${this.pid} was closed`, {
        nextStep: 'open another with openProcess',
      });
    }
    const opened = this.#current();
    try {
      return await this.#lookAt(opened, again);
    } catch (error) {
      const why = explained(opened.process, error);
      this.#forget();
      throw why;
    } finally {
      this.#watch = new Stopwatch();
    }
  }

  /** What was opened, if it is still that; else opened anew. Throws PystackError. */
  #current(): Opened {
    const program = this.#sampler?.program() ?? 'same';
    if (program === 'same' && this.#opened) return this.#opened;
    if (program === 'ended') {
      this.#forget();
      throw hasEnded(this.pid);
    }
    return this.#openAnew();
  }

  /** As {@link open}, of what was open before: if it is not there, it has ended since. */
  #openAnew(): Opened {
    try {
      return this.open();
    } catch (error) {
      const isGone = error instanceof PystackError && (error.code === 'zombie' || error.code === 'no-such-process');
      throw isGone ? hasEnded(this.pid, error) : error;
    }
  }

  async #lookAt(opened: Opened, again: (told: Told, process: Process) => Told): Promise<Sight> {
    const { native } = opened.sampler;
    const told = this.#told;
    this.#told = null;
    if (told && native.stoodSince(told.before.tids, told.before.states, told.before.runs)) {
      this.#told = again(told, opened.process);
      const snapshot = await withSharedLocks(this.#told.examined.snapshot, opened.process);
      return { snapshot, stood: new Set(told.before.tids), unmoved: true };
    }
    const before = native.look();
    let current = opened;
    if (told) {
      opened.process.refresh();
      if (!isStillThere(opened.process.memory, opened.located)) current = this.#openAnew();
    }
    const { process, located } = current;
    const stacks = await this.#stacksNow(current);
    const known = told && current === opened ? new KnownStacks(told.examined.captured.threads, before) : undefined;
    const examined = examineLocated(process, located, stacks, this.#settings, this.#watch, [], known);
    this.#told = { before, examined, stacks };
    const stood = told && current === opened ? threadsThatStood(told.before, before) : new Set<number>();
    return { snapshot: await withSharedLocks(examined.snapshot, process), stood, unmoved: false };
  }

  /** What was captured before, told anew: for how long threads wait, and what else changes without anybody running. */
  #again({ before, examined, stacks }: Told, process: Process): Told {
    process.refresh();
    return { before, stacks, examined: report(process, examined, stacks, this.#settings, this.#watch) };
  }

  /** Where native stacks come from: the same as before, unless other code is mapped. */
  async #stacksNow({ process, located }: Opened): Promise<StackSource | null> {
    if (this.#settings.native === 'off') return null;
    const code = process
      .mappings()
      .filter(({ executable }) => executable)
      .map(({ start, end, path }) => `${start}-${end} ${path}`)
      .join();
    if (this.#stacks?.code === code) return this.#stacks.source;
    const source = await stacksFor(process, located, this.#settings);
    this.#stacks?.source.close();
    this.#stacks = source && { code, source };
    return source;
  }
}

function hasEnded(pid: number, underlying?: unknown): PystackError {
  return new PystackError('process-exited', `process ${pid} has ended`, {
    nextStep: 'look for its core file or its log; if it was restarted, look at the new process: pgrep -a python',
    underlying,
  });
}
