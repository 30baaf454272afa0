/** What is there to say of a process that is not there any more, beside what its memory tells? Who took the signal first. */
import type { InspectSettings } from '../options.js';
import type { PostMortem } from '../process/process.js';
import type { NotedWaits } from '../process/saved/noted-waits.js';
import type { Snapshot, Thread, Warning } from '../snapshot.js';

export interface PostMortemSettings {
  /** Whether to tell each thread's registers. */
  readonly registers: boolean;
  /** Whether variables were asked for. */
  readonly locals: unknown;
  /** Whether native frames were. */
  readonly native: InspectSettings['native'];
}

/** `snapshot`, with what was recorded; as it is where nothing was. */
export function addPostMortem(
  snapshot: Snapshot,
  recorded: PostMortem | null,
  { registers, locals, native }: PostMortemSettings,
): Snapshot {
  if (!recorded) return snapshot;
  const threads = snapshot.threads.map((thread) => withRecord(thread, recorded, registers));
  const core = recorded.describe();
  const warnings: Warning[] = [...recorded.warnings(), ...snapshot.warnings];
  if (locals && recorded.copied && !recorded.copied.variables) {
    warnings.push({
      code: 'value-unreadable',
      message: 'the snapshot was taken without --locals: it holds no variables',
    });
  }
  if (native !== 'off' && recorded.copied && !recorded.copied.nativeStacks) {
    warnings.push({
      code: 'native-incomplete',
      message: 'the snapshot was taken without --native: it holds no native stacks',
    });
  }
  if (threads.length === 0 && snapshot.looseStacks === undefined) {
    const message = 'the interpreter has no threads: it was still starting, had shut down, or its list is damaged';
    warnings.push({ code: 'interpreter-unreadable', message });
  }
  const isFaulting = ({ faulting }: Thread) => faulting;
  const noted = recorded.copied?.waits;
  return {
    ...snapshot,
    ...(noted && { resources: [...noted.resources], findings: [...noted.findings] }),
    ...(noted && withNotedTasks(snapshot, noted)),
    threads: [...threads.filter(isFaulting), ...threads.filter((thread) => !thread.faulting)],
    core,
    warnings,
  };
}

function withRecord(thread: Thread, recorded: PostMortem, registers: boolean): Thread {
  const { tid } = thread;
  if (tid === null) return thread;
  const waitingOn = recorded.waitingOn(tid);
  const wait = recorded.copied?.waits?.threads.find((one) => one.tid === tid);
  const known = registers ? recorded.registers(tid) : null;
  return {
    ...thread,
    ...(wait && { stillMs: wait.stillMs, waits: [...wait.waits] }),
    os: thread.os && { ...thread.os, ...(waitingOn !== null && { waitingOn }), ...(wait && { runs: wait.runs }) },
    faulting: tid === recorded.faultingTid,
    registers: known && Object.fromEntries([...known].map(([name, value]) => [name, `0x${value.toString(16)}`])),
  };
}

/** Tasks and loops as they were known when the snapshot was taken. */
function withNotedTasks({ tasks, loops }: Snapshot, noted: NotedWaits): Pick<Snapshot, 'tasks' | 'loops'> {
  const ofTasks = new Map(noted.tasks.map((task) => [task.id, task]));
  const ofLoops = new Map(noted.loops.map((loop) => [loop.id, loop]));
  return {
    tasks:
      tasks?.map((task) => {
        const known = ofTasks.get(task.id);
        // What nothing is noted of was known by its thread, which stood still.
        const { evidence, waits } = known ?? { evidence: 'still' as const, waits: task.waits };
        const consistent = task.consistent && evidence !== 'none';
        return { ...task, evidence, consistent, waits: waits.map((wait) => ({ ...wait, evidence })) };
      }) ?? null,
    loops: loops.map((loop) => ({ ...loop, ...ofLoops.get(loop.id) })),
  };
}
