/**
 * How is a process looked at again and again? It is opened and its interpreter located once. Who has not run since the
 * last look is where it was: if that is so of all threads of the process, nothing of it can have changed, and the last
 * document stands.
 */
import { PystackError } from './errors.js';
import type { Located } from './locate/locate.js';
import { isStillThere } from './locate/still-there.js';
import type { StackSource } from './native-stack/stacks-of.js';
import { type InspectOptions, settleInspectOptions } from './options.js';
import { examineLocated, explained, locateIn, type Settings, stacksFor } from './pipeline.js';
import { openLiveProcess } from './process/live/live-process.js';
import { nobodyRan } from './process/live/still-blocked.js';
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
   * look before, that is what it told, and costs next to nothing. A process that has replaced its program (exec), or moved
   * its interpreter, is located anew. Rejects with PystackError as `inspectProcess` does, with `process-exited` once the
   * process has ended; another look may be tried after any error. One look at a time: a second waits for the first.
   * What two looks tell may share its parts: do not change it.
   */
  look(): Promise<Snapshot>;
  /** Gives back what it holds: descriptors, and what is remembered. Looking after that rejects with `usage`. */
  close(): void;
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

/** What a look told, and how the threads stood just before it. */
interface Told {
  readonly before: LookResult;
  readonly snapshot: Snapshot;
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

  look(): Promise<Snapshot> {
    const looking = this.#turn.then(() => this.#look());
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
    this.#stacks = null;
    this.#told = null;
  }

  async #look(): Promise<Snapshot> {
    if (this.#closed) {
      throw new PystackError('usage', `the session of process ${this.pid} was closed`, {
        nextStep: 'open another with openProcess',
      });
    }
    const opened = this.#current();
    try {
      return await this.#lookAt(opened);
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
    if (program !== 'ended') return this.open();
    this.#forget();
    throw new PystackError('process-exited', `process ${this.pid} has ended`, {
      nextStep: 'look for its core file or its log; if it was restarted, look at the new process: pgrep -a python',
    });
  }

  async #lookAt(opened: Opened): Promise<Snapshot> {
    const before = opened.sampler.native.look();
    const told = this.#told;
    if (told && nobodyRan(told.before, before)) return this.#again(told, opened.process);
    this.#told = null;
    let current = opened;
    if (told) {
      opened.process.refresh();
      if (!isStillThere(opened.process.memory, opened.located)) current = this.open();
    }
    const { process, located } = current;
    const stacks = await this.#stacksNow(current);
    const { snapshot } = examineLocated(process, located, stacks, this.#settings, this.#watch);
    this.#told = { before, snapshot };
    return snapshot;
  }

  /** What was told, as of now. What is known of the process without its threads may have changed all the same. */
  #again({ snapshot }: Told, process: Process): Snapshot {
    const { pid, innerPid, capturedAt, executable, commandLine, process: info } = process.identify();
    this.#watch.lap('look');
    const { laps: timings } = this.#watch;
    return { ...snapshot, pid, innerPid, capturedAt, executable, commandLine, process: info, timings };
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
    this.#stacks = source && { code, source };
    return source;
  }
}
