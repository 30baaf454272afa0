/**
 * Why may we not read this process? The kernel says only EPERM; the files tell which of its checks it was, and so which
 * remedy applies here. The order is that of the kernel's own __ptrace_may_access() and of Yama after it.
 * https://github.com/torvalds/linux/blob/v6.6/kernel/ptrace.c, security/yama/yama_lsm.c
 */
import { existsSync, readlinkSync, statSync } from 'node:fs';
import { PystackError } from '../../errors.js';
import { seenFromAfar } from './from-afar.js';
import { errnoOf, readProcText, readStatus } from './proc-files.js';

/** include/uapi/linux/capability.h */
const CAP_SYS_PTRACE = 1n << 19n;

/** What decides; null: not to be found out. */
export interface PermissionFacts {
  readonly pid: number;
  /** Effective user id and group id of ours. */
  readonly ownUid: number;
  readonly ownGid: number;
  readonly ownCapEffective: bigint;
  readonly ownCapPermitted: bigint;
  /** Real, effective and saved ids of the target. */
  readonly targetUids: readonly number[];
  readonly targetGids: readonly number[];
  readonly targetCapPermitted: bigint;
  readonly sameUserNamespace: boolean | null;
  /** Owner of the files in /proc/<pid>: root instead of the target's user when it is not dumpable. */
  readonly procOwnerUid: number | null;
  /** The option hidepid that /proc is mounted with; null: none that hides anything. */
  readonly hidepid: string | null;
  /** /proc/sys/kernel/yama/ptrace_scope; null: no Yama. */
  readonly yamaScope: number | null;
  readonly inContainer: boolean;
  /** Whether there is a program `sudo` where they usually are. */
  readonly hasSudo: boolean;
  readonly seccompFilter: boolean;
  /** Security context (AppArmor, SELinux) of ours, null when unconfined or none. */
  readonly confinement: string | null;
}

/** The error for a refusal with `underlying` (EPERM, EACCES), with the cause and the next step that apply here. */
export function permissionError(pid: number, underlying: unknown): PystackError {
  return new PystackError('permission', `no permission to read process ${pid}: Operation not permitted`, {
    ...explainPermission(gatherPermissionFacts(pid)),
    seen: seenFromAfar(pid),
    underlying,
  });
}

/** Reads the files that tell. Nothing here fails: what cannot be read is unknown. */
export function gatherPermissionFacts(pid: number): PermissionFacts {
  const own = readStatus('self');
  const target = readStatus(pid);
  const ownNamespace = readLink('/proc/self/ns/user');
  const targetNamespace = readLink(`/proc/${pid}/ns/user`);
  const scope = readProcText('/proc/sys/kernel/yama/ptrace_scope');
  const context = readProcText('/proc/self/attr/current')?.replaceAll('\0', '').trim() ?? '';
  return {
    pid,
    ownUid: own?.uids[1] ?? 0,
    ownGid: own?.gids[1] ?? 0,
    ownCapEffective: own?.capEffective ?? 0n,
    ownCapPermitted: own?.capPermitted ?? 0n,
    targetUids: target?.uids.slice(0, 3) ?? [],
    targetGids: target?.gids.slice(0, 3) ?? [],
    targetCapPermitted: target?.capPermitted ?? 0n,
    sameUserNamespace: ownNamespace && targetNamespace ? ownNamespace === targetNamespace : null,
    // Not of the directory itself: that is the user's in any case (task_dump_owner() in fs/proc/base.c).
    procOwnerUid: ownerOf(`/proc/${pid}/maps`),
    hidepid: hidepidOption(),
    yamaScope: scope === null ? null : Number(scope.trim()),
    inContainer:
      existsSync('/.dockerenv') ||
      existsSync('/run/.containerenv') ||
      existsSync('/var/run/secrets/kubernetes.io') ||
      readProcText('/proc/self/cgroup')?.match(/docker|kubepods|libpod|containerd|lxc/) != null,
    hasSudo: ['/usr/bin/sudo', '/bin/sudo', '/usr/local/bin/sudo', '/run/wrappers/bin/sudo'].some((path) =>
      existsSync(path),
    ),
    seccompFilter: own?.seccomp === 2,
    confinement: context === '' || context.startsWith('unconfined') ? null : context,
  };
}

/** Which check refused, and what to do about it. Pure. */
export function explainPermission(facts: PermissionFacts): { cause: string; nextStep: string } {
  const { pid } = facts;
  const capable = (facts.ownCapEffective & CAP_SYS_PTRACE) !== 0n;
  const asRoot = facts.inContainer
    ? 'start the container with --cap-add=SYS_PTRACE (Kubernetes: securityContext.capabilities.add: ["SYS_PTRACE"]), or run pystack on the host as root'
    : `run it as root: ${facts.hasSudo ? `sudo pystack remote ${pid}` : `su -c 'pystack remote ${pid}'`}`;

  if (facts.yamaScope === 3) {
    return {
      cause:
        'kernel.yama.ptrace_scope is 3: no process of this machine may read another, whoever it is, until a restart',
      nextStep:
        'set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and restart, or make a core file and use: pystack core',
    };
  }
  if (facts.targetUids.length === 0 && facts.hidepid !== null) {
    return {
      cause: `/proc is mounted with hidepid=${facts.hidepid}, which shows us nothing of other users' processes but that they are there`,
      nextStep: asRoot,
    };
  }
  if (capable) return explainDespiteCapability(facts);

  const [realUid, effectiveUid] = facts.targetUids;
  if (effectiveUid !== undefined && effectiveUid !== realUid && facts.ownUid !== 0) {
    return {
      cause: `process ${pid} is a setuid program: it was started by uid ${realUid} and runs as uid ${effectiveUid}, we as uid ${facts.ownUid} without the capability CAP_SYS_PTRACE`,
      nextStep: asRoot,
    };
  }
  const otherUid = facts.targetUids.find((uid) => uid !== facts.ownUid);
  if (otherUid !== undefined) {
    return {
      cause:
        facts.ownUid === 0
          ? `process ${pid} runs as uid ${otherUid}, we as uid 0 but without the capability CAP_SYS_PTRACE${facts.inContainer ? ', which containers do not have unless it is added' : ''}`
          : `process ${pid} runs as uid ${otherUid}, we as uid ${facts.ownUid} without the capability CAP_SYS_PTRACE`,
      // Being root is what the first half advises already.
      nextStep:
        facts.ownUid === 0 || otherUid === 0
          ? asRoot
          : `${asRoot}, or as its own user: sudo -u '#${otherUid}' pystack remote ${pid}`,
    };
  }
  const otherGid = facts.targetGids.find((gid) => gid !== facts.ownGid);
  if (otherGid !== undefined) {
    return {
      cause: `process ${pid} runs with group id ${otherGid}, we with ${facts.ownGid}: both must agree without the capability CAP_SYS_PTRACE`,
      nextStep: asRoot,
    };
  }
  if (facts.sameUserNamespace === false) {
    return {
      cause: `process ${pid} is in another user namespace (a rootless container?), where we hold no capability`,
      nextStep: `run pystack inside that container (with CAP_SYS_PTRACE), or as root on the host: sudo pystack remote ${pid}`,
    };
  }
  if (facts.procOwnerUid !== null && facts.procOwnerUid !== facts.ownUid) {
    return {
      cause: `process ${pid} has made itself unreadable (a setuid program, file capabilities, or PR_SET_DUMPABLE off)`,
      nextStep: asRoot,
    };
  }
  if ((facts.targetCapPermitted & ~facts.ownCapPermitted) !== 0n) {
    return {
      cause: `process ${pid} holds capabilities we do not (CapPrm ${facts.targetCapPermitted.toString(16)}, ours ${facts.ownCapPermitted.toString(16)})`,
      nextStep: asRoot,
    };
  }
  if (facts.yamaScope === 2) {
    return {
      cause: 'kernel.yama.ptrace_scope is 2: only processes with the capability CAP_SYS_PTRACE may read others',
      nextStep: asRoot,
    };
  }
  if (facts.yamaScope === 1) {
    return {
      cause: `kernel.yama.ptrace_scope is 1: without the capability CAP_SYS_PTRACE a process may only read its own children, and process ${pid} is not ours`,
      nextStep: facts.inContainer
        ? asRoot
        : `${asRoot}, or allow it until the next restart: sudo sysctl kernel.yama.ptrace_scope=0`,
    };
  }
  return explainOther(facts, asRoot);
}

function explainDespiteCapability(facts: PermissionFacts): { cause: string; nextStep: string } {
  if (facts.sameUserNamespace !== true) {
    return {
      cause: `our capability CAP_SYS_PTRACE counts only in our own user namespace, and process ${facts.pid} is not in it`,
      nextStep: `nothing in this namespace allows it; on the host, as root: pystack remote ${facts.pid}`,
    };
  }
  return explainOther(facts, 'run pystack outside of that confinement');
}

function explainOther(facts: PermissionFacts, otherwise: string): { cause: string; nextStep: string } {
  const suspects = [
    ...(facts.confinement === null ? [] : [`the security profile ${facts.confinement} (AppArmor or SELinux)`]),
    ...(facts.seccompFilter ? ['a seccomp filter'] : []),
  ];
  if (suspects.length === 0) {
    return {
      cause: 'user ids, capabilities and Yama allow it, so another security module refuses',
      nextStep: otherwise,
    };
  }
  return {
    cause: `user ids, capabilities and Yama allow it, so it is most likely ${suspects.join(' or ')} that refuses`,
    nextStep: facts.inContainer
      ? 'start the container with --cap-add=SYS_PTRACE --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or run pystack on the host'
      : otherwise,
  };
}

/** What hidepid is set to where it hides something: `1`, `noaccess`, `2`, `invisible`, `4`, `ptraceable`. */
export function hidepidOption(): string | null {
  const mounts = readProcText('/proc/self/mountinfo') ?? '';
  // The last mount on /proc is the one that is seen.
  const found = [...mounts.matchAll(/^\S+ \S+ \S+ \S+ \/proc .* - proc (.*)$/gm)].at(-1)?.[1];
  const hidden = /hidepid=(\w+)/.exec(found ?? '')?.[1];
  return hidden === undefined || hidden === '0' || hidden === 'off' ? null : hidden;
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

/** User id of a file's owner; null: it is not there, or hidden. */
export function ownerOf(path: string): number | null {
  try {
    return statSync(path, { throwIfNoEntry: false })?.uid ?? null;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
