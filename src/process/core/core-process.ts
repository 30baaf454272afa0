/**
 * What is a core file to the rest of pystack? A Process like any other, with what was recorded of it when it died. Its
 * methods go by the object they are called on, so that one may be made of another with a member replaced.
 */
import type { Warning } from '../../snapshot.js';
import type { Architecture } from '../arch.js';
import type { CopyNote, Identity, PostMortem, Process } from '../process.js';
import type { SavedMetadata } from '../saved/metadata.js';
import { lookAt } from './blocked.js';
import type { MappedModule } from './core-modules.js';
import type { CoreNotes, CoreThread } from './core-notes.js';
import { faultingThread } from './crash.js';
import { describeCore } from './describe-core.js';
import { explainLoss, withCore } from './explain-loss.js';
import type { ModuleFile } from './module-files.js';

export interface CoreProcess extends Process {
  /** The core file as it was named, or as it was found. */
  readonly path: string;
  /** When it was written, as far as the file's own time tells: ISO 8601. */
  readonly capturedAt: string;
  readonly machine: Architecture;
  readonly writtenBy: 'kernel' | 'debugger' | 'pystack';
  readonly notes: CoreNotes;
  /** What pystack wrote into its own core; null for others. */
  readonly metadata: SavedMetadata | null;
  readonly copied: CopyNote | null;
  readonly modules: readonly MappedModule[];
  /** The module that holds the program's entry point; null: not known. */
  readonly program: MappedModule | null;
  /** The file that was executed; null: the notes do not tell. */
  readonly executable: string | null;
  /** A thread with its registers; null: the core has none of that id. */
  thread(tid: number): CoreThread | null;
  /** Whether a register of that thread is known: pystack's own cores have zeros for others. */
  knowsRegister(tid: number, name: string): boolean;
  /** What a thread waited for, in words; null: the core does not tell. */
  waitingOn(tid: number): string | null;
  /** The file used for a module. */
  fileOf(module: MappedModule): ModuleFile;
  /** How many of the bytes from start to end the core holds. */
  dumpedWithin(start: number, end: number): number;
  /** argv as it stands in memory; null where the core does not hold it. */
  commandLine(): string[] | null;
  /** What is missing or doubtful, as known so far: more is known once more was asked for. */
  warnings(): Warning[];
}

/** The members of a Process that follow from the others of a core. */
export const CORE_METHODS = {
  sampler: null,
  refresh(): void {},
  // Descriptors died with the process; those of the machine at hand would be somebody else's.
  describeFd: () => null,
  outsideOwners: () => null,
  stillMs: () => new Map(),
  zombieChildren: () => [],
  identify(this: CoreProcess): Identity {
    return {
      source: this.writtenBy === 'pystack' ? 'snapshot' : 'core',
      pid: this.pid,
      innerPid: null,
      capturedAt: this.capturedAt,
      executable: this.executable,
      commandLine: this.commandLine(),
      process: this.metadata?.process ?? null,
      architecture: this.machine,
      // When the process started is not recorded: what changed since the core was written cannot be what ran.
      sourcesAsOfMs: Date.parse(this.capturedAt),
    };
  },
  postMortem(this: CoreProcess): PostMortem {
    return {
      copied: this.copied,
      faultingTid: faultingThread(this)?.tid ?? null,
      describe: () => describeCore(this),
      registers: (tid) => knownRegisters(this, tid),
      lookAt: (tid) => lookAt(this, tid),
      waitingOn: (tid) => this.waitingOn(tid),
      warnings: () => this.warnings(),
    };
  },
  coreNotes(this: CoreProcess): ReturnType<Process['coreNotes']> {
    const { process, auxv } = this.notes;
    const words = [...auxv, [0, 0n] as const].flatMap(([type, value]) => [BigInt(type), value]);
    return process && { process, auxv: new Uint8Array(BigUint64Array.from(words).buffer) };
  },
  explain(this: CoreProcess, error: unknown): unknown {
    return withCore(this, explainLoss(this, error));
  },
} satisfies Partial<Process>;

/** Registers of a thread by name, those that are known; null: the core has no such thread. */
export function knownRegisters(core: CoreProcess, tid: number): ReadonlyMap<string, bigint> | null {
  const thread = core.thread(tid);
  return thread && new Map([...thread.registers].filter(([name]) => core.knowsRegister(tid, name)));
}
