/**
 * What is looked at when it is a running process? The kernel's files for facts, one native object for its memory.
 */
import { readFileSync } from 'node:fs';
import type { ByteSource } from '../../elf/byte-source.js';
import { PystackError } from '../../errors.js';
import type { Address } from '../../memory/address.js';
import { toAddress } from '../../memory/address.js';
import { decodeBytes } from '../../memory/byte-text.js';
import type { Mapping } from '../../memory/mapping.js';
import type { MemoryReader } from '../../memory/reader.js';
import { MemoryFault } from '../../memory/reader.js';
import type { ChildProcess } from '../../snapshot.js';
import { HERE } from '../arch.js';
import { decodeMappings } from '../mappings.js';
import type { NativeProcess } from '../native.js';
import { native } from '../native.js';
import type {
  CoreFileNotes,
  Identity,
  OsThread,
  OutsideKind,
  OutsideOwners,
  Process,
  Sampler,
  TargetFile,
} from '../process.js';
import { readChild, zombieChildren } from './children.js';
import { Descriptors } from './descriptors.js';
import { checkArchitecture, checkProcess, explainFailure } from './diagnose.js';
import { explainLive } from './explain.js';
import { readLockedFile } from './file-locks.js';
import { openMappedFile, readTargetFile } from './files.js';
import { ProcessIdentity } from './identity.js';
import { livingThread } from './living-thread.js';
import { readPipeEnds } from './pipe-ends.js';
import { errnoOf } from './proc-files.js';
import { readProcessInfo } from './process-info.js';
import { readAuxv, readProcessRecord } from './process-record.js';
import { ProgramMark } from './program-mark.js';
import { readSemaphoreSharers } from './shared-semaphores.js';
import { readStillMs } from './stillness.js';
import { listThreads, listTids } from './threads.js';

export interface LiveProcess extends Process, Sampler {
  readonly sampler: Sampler;
  readonly pid: number;
  readonly identity: ProcessIdentity;
  /** The number below /proc under which its files and memory are found: `pid`, unless its main thread has ended. */
  readonly procId: number;
}

/** How much later than told a process may have started, ms: two clock ticks. */
const START_TIME_SLACK_MS = 20;

/**
 * Opens a running process for reading; nothing of it is stopped or changed. `open` makes the native object.
 * Throws PystackError: `no-such-process`, `thread-id`, `kernel-thread`, `zombie`, `wrong-architecture`, `permission`,
 * `process-exited`, `addon-missing`, `not-main-thread`.
 */
export function openLiveProcess(
  pid: number,
  open: (pid: number) => NativeProcess = (pid) => new (native().LiveProcess)(pid),
): LiveProcess {
  checkProcess(pid);
  checkArchitecture(pid);
  let process: NativeProcess | undefined;
  try {
    process = open(pid);
    return new OpenLiveProcess(pid, process);
  } catch (error) {
    process?.close();
    // The addon tells: node:worker_threads would bring a third of all of Node's modules with it (2 ms).
    throw errnoOf(error) === 'ERR_NOT_MAIN_THREAD' ? fromWorker() : explainFailure(pid, error);
  }
}

class OpenLiveProcess implements LiveProcess {
  readonly noted = null;
  readonly architecture = HERE;
  readonly name: string;
  readonly root: string;
  readonly identity: ProcessIdentity;
  readonly procId: number;
  readonly memory: MemoryReader;
  readonly #program: ProgramMark;
  #mappings: readonly Mapping[];
  #descriptors: Descriptors;

  constructor(
    readonly pid: number,
    readonly native: NativeProcess,
  ) {
    this.procId = livingThread(pid) ?? pid;
    this.identity = new ProcessIdentity(pid, this.procId);
    this.name = `process ${pid}`;
    this.root = `/proc/${pid}/root`;
    this.memory = new LiveMemory(pid, native);
    this.#descriptors = new Descriptors(this.procId);
    this.#program = new ProgramMark(pid, this.procId);
    this.#mappings = readMappings(this.procId);
    // The first read is where a refusal shows: reading maps needs less than reading memory.
    const first = this.#mappings.find(({ readable, path }) => readable && path !== '[vvar]');
    if (first) native.read(first.start, new Uint8Array(1));
  }

  get sampler(): Sampler {
    return this;
  }

  program(): 'same' | 'replaced' | 'ended' {
    return this.#program.now();
  }

  monotonicMs(): number {
    return native().monotonicNs() / 1e6;
  }

  identify(): Identity {
    const { pid, identity } = this;
    const innerPid = identity.nsPids.at(-1) ?? pid;
    return {
      source: 'live',
      pid,
      innerPid: innerPid === pid ? null : innerPid,
      capturedAt: new Date().toISOString(),
      executable: identity.executable,
      commandLine: identity.commandLine,
      process: readProcessInfo(this),
      architecture: HERE,
      // A script is often written and started at once; the start is only known to a clock tick or two.
      sourcesAsOfMs: identity.startTimeMs === null ? null : identity.startTimeMs + START_TIME_SLACK_MS,
    };
  }

  stillMs(tids: Iterable<number>): ReadonlyMap<number, number> {
    return readStillMs(this.native, tids);
  }

  zombieChildren(): readonly ChildProcess[] {
    return zombieChildren(this.procId);
  }

  outsideOwners(kind: OutsideKind, at: number): OutsideOwners | null {
    switch (kind) {
      case 'process-lock':
        return readSemaphoreSharers(this.procId, at);
      case 'pipe':
        return readPipeEnds(this.procId, at);
      case 'socket':
        return this.#descriptors.peerOf(at);
      case 'child':
        return readChild(this.pid, at);
      case 'file-lock':
        return readLockedFile(this.pid, this.procId, at);
    }
  }

  describeFd(fd: number): string | null {
    return this.#descriptors.describe(fd);
  }

  coreNotes(): CoreFileNotes | null {
    const process = readProcessRecord(this.pid, this.identity.commandLine);
    return process && { process, auxv: readAuxv(this.pid) };
  }

  postMortem(): null {
    return null;
  }

  explain(error: unknown): unknown {
    return explainLive(this.pid, error, () => {
      this.refresh();
      return this.#mappings.length > 0;
    });
  }

  mappings(): readonly Mapping[] {
    return this.#mappings;
  }

  refresh(): void {
    this.#descriptors = new Descriptors(this.procId);
    try {
      this.#mappings = readMappings(this.procId);
    } catch (error) {
      throw explainFailure(this.pid, error);
    }
  }

  /** Only who stops a thread has its registers. */
  readonly written = null;

  threadPointers(): ReadonlyMap<number, number> {
    return new Map();
  }

  readonly isDamaged = false;

  threads(): readonly OsThread[] {
    if (this.identity.nsPids.length > 1) return listThreads(this.pid, true);
    // With a thousand of them it counts that they are read in one call.
    const { tids, names, letters } = this.native.labels();
    return names.map((name, i) => {
      const tid = tids[i] ?? 0;
      return { tid, innerTid: tid, name: decodeBytes(Buffer.from(name, 'latin1')), state: letters.charAt(i) };
    });
  }

  tids(): Map<number, number> {
    return listTids(this.pid, this.identity.nsPids.length > 1);
  }

  openMapped(mapping: Mapping): ByteSource | null {
    return openMappedFile(this.procId, mapping, this.#mappings, this.memory);
  }

  readFile(path: string): TargetFile | null {
    return readTargetFile(this.procId, path);
  }

  close(): void {
    this.native.close();
  }
}

/** Node waits for its children on its main thread, and would take the stops of one that a worker traces. */
function fromWorker(): PystackError {
  return new PystackError('not-main-thread', 'a live process can only be looked at from the main thread of Node.js', {
    cause: 'this call came from a worker thread',
    nextStep: 'call it from the main thread, or run `pystack remote --json` as a process of its own',
  });
}

/** Longest single read: no structure, string or table we ask for is larger; a forged size must not cost gigabytes. */
const MAX_READ = 256 * 1024 * 1024;

class LiveMemory implements MemoryReader {
  constructor(
    readonly pid: number,
    readonly native: NativeProcess,
  ) {}

  read(address: Address, size: number): DataView {
    if (!(size >= 0 && size <= MAX_READ)) throw new MemoryFault(address, size, 'are more than can be read at once');
    // The kernel has five-level tables' addresses only for who asks for them; beyond 2^53 nobody does.
    if (!Number.isSafeInteger(address + size)) throw new MemoryFault(address, size);
    const into = new Uint8Array(size);
    let got: number;
    try {
      got = this.native.read(address, into);
    } catch (error) {
      throw explainFailure(this.pid, error);
    }
    if (got < size)
      throw new MemoryFault(
        address,
        size,
        got === 0 ? undefined : `can be read up to ${toAddress(address + got)} only`,
      );
    return new DataView(into.buffer);
  }
}

/** Throws the system's error. */
function readMappings(procId: number): Mapping[] {
  return decodeMappings(decodeBytes(readFileSync(`/proc/${procId}/maps`)));
}
