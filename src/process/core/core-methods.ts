/**
 * Which members of a core's Process follow from its others? They go by the object that they are called on, so that one may
 * be made of another with a member replaced.
 */
import type { Identity, PostMortem, Process } from '../process.js';
import { lookAt } from './blocked.js';
import type { CoreProcess } from './core-process.js';
import { faultingThread } from './crash.js';
import { describeCore } from './describe-core.js';
import { explainLoss, withCore } from './explain-loss.js';

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
      hasWholePages: this.metadata === null,
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
