/**
 * What does this machine allow? Each thing a look leans on is tried on ourselves or on a child of ours, because only a
 * trial tells what filters, profiles and namespaces make of it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { requireUnwinder } from '../native-stack/unwinder.js';
import { targetName } from '../process/addon-file.js';
import { gatherPermissionFacts } from '../process/live/permission.js';
import { readProcText, readStatus } from '../process/live/proc-files.js';
import { decodeMappings } from '../process/mappings.js';
import { native } from '../process/native.js';
import type { Check } from './report.js';
import { type Finding, note, type Question, tryIt } from './trial.js';

/** include/uapi/linux/capability.h */
const CAP_SYS_PTRACE = 1n << 19n;

const ASKED = {
  addon: question('addon', 'Does the compiled part load?'),
  unwinder: question('unwinder', 'Does the part for --native load?', 'limited'),
  read: question('read-memory', "Is process_vm_readv allowed (another process's memory)?"),
  look: question('look', 'Does the kernel tell whether a thread stands still?', 'limited'),
  ptrace: question('ptrace', 'Is ptrace allowed (stopping a thread that runs)?', 'limited'),
  others: question('other-processes', 'May processes that are not ours be read?'),
  seccomp: question('seccomp', 'Are we free of a seccomp filter?'),
  hidepid: question('hidepid', "Does /proc show other users' processes?"),
  descriptors: question('descriptors', 'Are there enough file descriptors?'),
  cores: question('core-dumps', 'Would a crash here leave a core?'),
};

export async function checkMachine(): Promise<Check[]> {
  const addon = await tryIt(ASKED.addon, () => {
    native();
    return { answer: 'yes', found: `the addon for ${targetName()}` };
  });
  const unwinder = await tryIt(ASKED.unwinder, () => {
    requireUnwinder();
    return { answer: 'yes', found: 'libdw and the demanglers are in it' };
  });
  const facts = [others(), seccomp(), hidepid(), descriptors(), cores()];
  if (addon.answer !== 'yes') return [addon, unwinder, ...facts];
  return [
    addon,
    unwinder,
    await tryIt(ASKED.read, readOurselves),
    await tryIt(ASKED.look, lookAtOurselves),
    await tryIt(ASKED.ptrace, stopAChild),
    ...facts,
  ];
}

function question(id: string, text: string, otherwise?: Question['otherwise']): Question {
  return { id, subject: 'machine', question: text, ...(otherwise ? { otherwise } : {}) };
}

function readOurselves(): Finding {
  const ourselves = new (native().LiveProcess)(process.pid);
  try {
    const mapping = decodeMappings(readProcText('/proc/self/maps') ?? '').find(({ readable }) => readable);
    if (!mapping) return { answer: 'unknown', found: '/proc/self/maps shows no readable memory' };
    ourselves.read(mapping.start, new Uint8Array(1));
    if (ourselves.readMethod === 'process_vm_readv') return { answer: 'yes', found: 'it read memory of ours' };
    return {
      answer: 'limited',
      found: 'it is refused, probably by a seccomp filter; /proc/<pid>/mem serves instead, more slowly',
      remedy: 'containers: --cap-add=SYS_PTRACE also opens it in the usual seccomp profile',
    };
  } finally {
    ourselves.close();
  }
}

function lookAtOurselves(): Finding {
  const ourselves = new (native().LiveProcess)(process.pid);
  try {
    const { method } = ourselves.look();
    if (method === 'schedstat+syscall') {
      return { answer: 'yes', found: 'run counters and /proc/<pid>/task/<tid>/syscall: what waits is never stopped' };
    }
    if (method === 'switches+syscall') {
      return {
        answer: 'yes',
        found: 'counts of context switches and /proc/<pid>/task/<tid>/syscall (no schedstat here)',
      };
    }
    return {
      answer: 'limited',
      found: 'neither schedstat nor syscall can be read: every thread has to be stopped for an instant',
      remedy: 'a kernel with CONFIG_SCHED_INFO and CONFIG_HAVE_ARCH_TRACEHOOK; CAP_SYS_PTRACE to read syscall',
    };
  } finally {
    ourselves.close();
  }
}

/** Seconds that the child lives if we do not get to end it. */
const CHILD_LIFE_SECONDS = '5';

async function stopAChild(): Promise<Finding> {
  const child = spawn('sleep', [CHILD_LIFE_SECONDS], { stdio: 'ignore' });
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!started || child.pid === undefined) return { answer: 'unknown', found: 'there is no `sleep` here to try it on' };
  try {
    const process = new (native().LiveProcess)(child.pid);
    try {
      const held = process.stop(Int32Array.of(child.pid));
      const ms = held.release();
      if (held.stopped[0] === 1) return { answer: 'yes', found: `a child stood still for ${ms.toFixed(3)} ms` };
      return {
        answer: 'limited',
        found:
          'a child of ours could not be stopped: only threads that stand still by themselves can be shown for sure',
        remedy: inContainer()
          ? 'start the container with --cap-add=SYS_PTRACE'
          : 'look for a seccomp filter, an AppArmor or SELinux profile, or kernel.yama.ptrace_scope=3',
      };
    } finally {
      process.close();
    }
  } finally {
    child.kill('SIGKILL');
  }
}

function others(): Check {
  const { ownUid, ownCapEffective, yamaScope } = ourFacts();
  if (yamaScope === 3) {
    return note(ASKED.others, {
      answer: 'no',
      found: 'kernel.yama.ptrace_scope is 3: nobody may read another process until a restart',
      remedy: 'set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and restart; cores can be looked at: pystack core',
    });
  }
  if ((ownCapEffective & CAP_SYS_PTRACE) !== 0n) {
    return note(ASKED.others, { answer: 'yes', found: 'we hold CAP_SYS_PTRACE, which is asked before all else' });
  }
  const asRoot = inContainer()
    ? 'start the container with --cap-add=SYS_PTRACE (Kubernetes: securityContext.capabilities.add: ["SYS_PTRACE"])'
    : 'run it as root: sudo pystack …';
  const who = `uid ${ownUid}, without CAP_SYS_PTRACE`;
  if (yamaScope === 2) {
    return note(ASKED.others, { answer: 'no', found: `${who}, and kernel.yama.ptrace_scope is 2`, remedy: asRoot });
  }
  if (yamaScope === 1) {
    return note(ASKED.others, {
      answer: 'limited',
      found: `${who}, and kernel.yama.ptrace_scope is 1: only our own children`,
      remedy: inContainer() ? asRoot : `${asRoot}, or until the next restart: sudo sysctl kernel.yama.ptrace_scope=0`,
    });
  }
  const yama = yamaScope === null ? 'no Yama here' : 'kernel.yama.ptrace_scope is 0';
  return note(ASKED.others, {
    answer: 'limited',
    found: `${who}; ${yama}: processes of the same user`,
    remedy: asRoot,
  });
}

function seccomp(): Check {
  const mode = readStatus('self')?.seccomp ?? null;
  if (mode === null) return note(ASKED.seccomp, { answer: 'unknown', found: 'the kernel does not say' });
  if (mode === 0) return note(ASKED.seccomp, { answer: 'yes', found: 'there is none' });
  return note(ASKED.seccomp, {
    answer: 'yes',
    found: 'there is one, and what matters was tried above',
  });
}

function hidepid(): Check {
  const option = ourFacts().hidepid;
  if (!existsSync('/proc/self/status')) {
    return note(ASKED.hidepid, { answer: 'no', found: '/proc is not mounted', remedy: 'mount -t proc proc /proc' });
  }
  if (option === null) return note(ASKED.hidepid, { answer: 'yes', found: 'it hides nothing' });
  return note(ASKED.hidepid, {
    answer: 'limited',
    found: `it is mounted with hidepid=${option}`,
    remedy: 'run it as root, or in the group that the mount option gid= names',
  });
}

/** Two stay open for each thread; past the limit they are opened as they are read, which takes ten times as long. */
const DESCRIPTORS_A_THREAD = 2;
const MANY_THREADS = 500;

function descriptors(): Check {
  const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(readProcText('/proc/self/limits') ?? '')?.[1];
  if (limit === undefined)
    return note(ASKED.descriptors, { answer: 'unknown', found: '/proc/self/limits does not say' });
  const threads = limit === 'unlimited' ? Infinity : Math.floor(Number(limit) / DESCRIPTORS_A_THREAD);
  const found = `up to ${limit}`;
  if (threads >= MANY_THREADS) return note(ASKED.descriptors, { answer: 'yes', found });
  return note(ASKED.descriptors, {
    answer: 'limited',
    found: `${found}: processes with more than ${threads} threads take longer`,
    remedy: 'raise the hard limit: ulimit -Hn, or LimitNOFILE= of the service',
  });
}

function cores(): Check {
  const limits = readProcText('/proc/self/limits') ?? '';
  const soft = /^Max core file size\s+(\S+)/m.exec(limits)?.[1] ?? 'unknown';
  const pattern = (readProcText('/proc/sys/kernel/core_pattern') ?? '').trim();
  if (pattern.startsWith('|')) {
    const program = pattern.slice(1).split(' ')[0] ?? '';
    const systemd = program.includes('systemd-coredump');
    return note(ASKED.cores, {
      answer: 'yes',
      found: `cores are given to ${program}`,
      remedy: systemd ? 'look at the newest: pystack core --systemd' : null,
    });
  }
  if (soft === '0') {
    return note(ASKED.cores, {
      answer: 'remark',
      found: `the limit of this shell is 0; the pattern is '${pattern}'`,
      remedy: 'where the program is started: ulimit -c unlimited (systemd: LimitCORE=infinity)',
    });
  }
  return note(ASKED.cores, { answer: 'yes', found: `up to ${soft} bytes, as '${pattern}'` });
}

function ourFacts() {
  return gatherPermissionFacts(process.pid);
}

function inContainer(): boolean {
  return ourFacts().inContainer;
}
