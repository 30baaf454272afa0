import { describe, expect, test } from 'vitest';
import { explainPermission, type PermissionFacts } from '../../../src/process/live/permission.js';

const CAP_SYS_PTRACE = 1n << 19n;

/** An ordinary user who looks at a process of the same user: allowed, as far as these files tell. */
const ORDINARY: PermissionFacts = {
  pid: 42,
  ownUid: 1000,
  ownGid: 1000,
  ownCapEffective: 0n,
  ownCapPermitted: 0n,
  targetUids: [1000, 1000, 1000],
  targetGids: [1000, 1000, 1000],
  targetCapPermitted: 0n,
  sameUserNamespace: true,
  procOwnerUid: 1000,
  hidepid: null,
  yamaScope: null,
  inContainer: false,
  hasSudo: true,
  seccompFilter: false,
  confinement: null,
};

describe('which check it was, and what to do', () => {
  const cases: [name: string, facts: Partial<PermissionFacts>, cause: RegExp, nextStep: RegExp][] = [
    [
      'another user',
      { targetUids: [1001, 1001, 1001] },
      /runs as uid 1001, we as uid 1000 without/,
      /sudo pystack remote 42, or as its own user: sudo -u '#1001'/,
    ],
    [
      'root in a container',
      { ownUid: 0, ownGid: 0, inContainer: true },
      /we as uid 0 but without .* containers/,
      /--cap-add=SYS_PTRACE/,
    ],
    ['a setuid program', { targetUids: [1000, 0, 0] }, /setuid program.*started by uid 1000 .*runs as uid 0/, /sudo/],
    ['nothing to be seen', { targetUids: [], hidepid: 'noaccess' }, /hidepid=noaccess/, /sudo/],
    ['another group', { targetGids: [1000, 50, 50] }, /group id 50/, /sudo/],
    ['not dumpable', { procOwnerUid: 0 }, /made itself unreadable/, /sudo/],
    ['capabilities we lack', { targetCapPermitted: 0x400n }, /CapPrm 400, ours 0/, /sudo/],
    ['yama 1', { yamaScope: 1 }, /ptrace_scope is 1.*not ours/, /sysctl kernel.yama.ptrace_scope=0/],
    ['yama 1 in a container', { yamaScope: 1, inContainer: true }, /ptrace_scope is 1/, /--cap-add=SYS_PTRACE/],
    ['yama 2', { yamaScope: 2 }, /ptrace_scope is 2/, /sudo/],
    [
      'yama 3, even as root',
      { yamaScope: 3, ownUid: 0, ownCapEffective: CAP_SYS_PTRACE },
      /is 3: no process/,
      /pystack core/,
    ],
    ['another user namespace', { sameUserNamespace: false }, /another user namespace/, /sudo/],
    [
      'a capability of the wrong namespace',
      { ownUid: 0, ownGid: 0, ownCapEffective: CAP_SYS_PTRACE, sameUserNamespace: false },
      /counts only in our own user namespace/,
      /on the host/,
    ],
    [
      'a security profile',
      { confinement: 'docker-default (enforce)', inContainer: true },
      /docker-default/,
      /apparmor=unconfined/,
    ],
    ['a seccomp filter', { seccompFilter: true, inContainer: true }, /seccomp filter/, /seccomp=unconfined/],
    ['nothing that tells', {}, /another security module/, /sudo/],
  ];
  test.each(cases)('%s', (_name, facts, cause, nextStep) => {
    const told = explainPermission({ ...ORDINARY, ...facts });
    expect(told.cause).toMatch(cause);
    expect(told.nextStep).toMatch(nextStep);
  });

  test('yama does not matter to who has the capability', () => {
    for (const yamaScope of [0, 1, 2]) {
      const told = explainPermission({ ...ORDINARY, yamaScope, ownCapEffective: CAP_SYS_PTRACE, seccompFilter: true });
      expect(told.cause).not.toContain('ptrace_scope');
      expect(told.cause).toContain('seccomp');
    }
  });
});
