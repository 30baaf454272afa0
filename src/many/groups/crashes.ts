/** Which of many crashes are the same? Those of one signal, or exception, at the same five innermost calls. */
import { FLAG, threadsOf } from '../looks/look-set.js';
import type { FrameInfo } from '../looks/model.js';
import type { Tables } from '../looks/tables.js';
import type { Member } from './members.js';
import type { Crash, Run } from './model.js';
import { withoutSuffix } from './stack-key.js';

const SIGNATURE_FRAMES = 5;

interface Found {
  readonly signature: string;
  readonly stack: number | null;
  readonly member: Member;
  readonly tid: number | null;
  readonly members: Member[];
}

/** The most frequent first. */
export function crashesOf(members: readonly Member[], tables: Tables): Crash[] {
  const found = new Map<string, Found>();
  for (const member of members) {
    const { crash } = member.look.info;
    if (crash === null) continue;
    const thread = [...threadsOf(member.look.threads)].find(({ flags }) => (flags & FLAG.faulting) !== 0);
    const innermost = thread ? innermostOf(thread.stack, tables) : [];
    const what = crash.exception ?? crash.signal ?? 'unknown signal';
    const signature = [what, ...innermost.map(calledAs)].join(' < ');
    const known = found.get(signature);
    if (known) known.members.push(member);
    else {
      const tid = thread && thread.tid >= 0 ? thread.tid : null;
      found.set(signature, { signature, stack: thread?.stack ?? null, member, tid, members: [member] });
    }
  }
  return [...found.values()]
    .sort((a, b) => b.members.length - a.members.length || (a.signature < b.signature ? -1 : 1))
    .map(({ signature, stack, member, tid, members: its }): Crash => {
      const { info } = member.look;
      return {
        signature,
        signal: info.crash?.signal ?? null,
        exception: info.crash?.exception ?? null,
        processes: its.length,
        cores: its.flatMap(({ look }) => look.info.core ?? []).sort(),
        stack: stack === null ? [] : exactStack(stack, tables),
        example: { host: info.host, pid: info.pid, tid, core: info.core, command: info.command },
      };
    });
}

/** Innermost first; of a recursion one round. */
function innermostOf(stack: number, tables: Tables): FrameInfo[] {
  const frames = tables.runsOf(stack).flatMap((run) => run.frames);
  return frames
    .slice(-SIGNATURE_FRAMES)
    .reverse()
    .map((frame) => tables.frameOf(frame));
}

/** The last folder tells one `__init__.py` from another; those above it differ from machine to machine. */
function calledAs({ name, file }: FrameInfo): string {
  return `${withoutSuffix(name) ?? '???'} (${file?.split('/').slice(-2).join('/') ?? '?'})`;
}

function exactStack(stack: number, tables: Tables): Run[] {
  return tables.runsOf(stack).map(({ times, frames }) => ({
    least: times,
    most: times,
    frames: frames.map((frame) => ({ ...tables.frameOf(frame), lines: [] })),
  }));
}
