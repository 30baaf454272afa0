/** Does it come through a real sshd, by ssh, pdsh and clush, sent along or not, and is everybody named who is silent? */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PYSTACK, RUNNER, runCommand } from '../support/command.js';
import { sshdMissing, withSshd } from '../support/engine-sshd.js';
import { expectOddFirst, fleet, fleetGroups } from '../support/fleet.js';
import { withHungJob, withPlainRanks } from '../support/hung-job.js';

const missing = sshdMissing();
const title = missing === null ? 'through sshd on loopback' : `through sshd on loopback (left out: ${missing})`;
const folder = mkdtempSync(join(tmpdir(), 'pystack-fleet-ssh-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Stands in for the one file: it is what is sent and run, and it runs this checkout. */
const file = join(folder, 'one file');
writeFileSync(file, `#!/bin/sh\nexec '${RUNNER}' '${PYSTACK}' "$@"\n`);
chmodSync(file, 0o755);

const ranks = 8;
const odd = 5;
const all = Array.from({ length: ranks }, (_, i) => i);

describe.skipIf(missing !== null)(title, () => {
  test('by ssh: the odd one first, whatever a host says beside it; silent hosts are named', () =>
    withSshd(({ config }) =>
      withHungJob({ ranks, odd }, (job) =>
        withPlainRanks(job, all, ranks, async () => {
          const ssh = [`--client-option=-F`, `--client-option=${config}`, '--match', job.match];
          const groups = await fleetGroups(['--ssh', 'n[01-03],login', ...ssh]);
          expect({ code: groups.code, stderr: groups.stderr }).toEqual({ code: 0, stderr: '' });
          expectOddFirst(groups, { ranks, odd });
          expect(groups.fleet).toEqual({ carrier: 'ssh', asked: 4, answered: 4, silent: [] });

          const { code, stdout, stderr } = await fleet(['--ssh', 'n01,down,mute', '--timeout', '15', ...ssh]);
          expect(code, stderr).toBe(3);
          expect(stdout).toMatch(/^8 processes, 8 threads, 2 stacks\n/);
          expect(stdout).toContain('1 of 3 hosts answered (ssh)\n');
          expect(stdout).toContain('  * Late: mute (no answer in time)\n');
          expect(stdout).toContain('  * No answer: down (ssh ended with 255)\n');
          expect(stdout).toMatch(/\n\n1 thread: MainThread of rank 5\n {2}\* The odd one out/);
          expect(stderr).toMatch(/down: ssh: connect to host 127\.0\.0\.1 port \d+: Connection refused/);
          expect(stderr).toContain('pystack: 1 of 3 gave no answer in time: mute\n');
        }),
      ),
    ));

  test('the file is sent along, and taken away', () =>
    withSshd(({ config }) =>
      withHungJob({ ranks, odd }, (job) =>
        withPlainRanks(job, all, ranks, async () => {
          const before = readdirSync(tmpdir()).filter((name) => name.startsWith('pystack.'));
          const ssh = [`--client-option=-F`, `--client-option=${config}`, '--send', file, '--match', job.match];
          const groups = await fleetGroups(['--ssh', 'n01,n02', ...ssh]);
          expect({ code: groups.code, stderr: groups.stderr }).toEqual({ code: 0, stderr: '' });
          expectOddFirst(groups, { ranks, odd });
          expect(readdirSync(tmpdir()).filter((name) => name.startsWith('pystack.'))).toEqual(before);
        }),
      ),
    ));

  test.skipIf(!existsSync('/usr/bin/pdsh'))('by pdsh', () =>
    withSshd(({ config }) =>
      withHungJob({ ranks, odd }, (job) =>
        withPlainRanks(job, all, ranks, async () => {
          const environment = { PDSH_SSH_ARGS_APPEND: `-F ${config}` };
          const groups = await fleetGroups(
            ['--ssh', 'n[1-3],down', '--client', 'pdsh', '--match', `${job.match}|%h`],
            environment,
          );
          expect(groups.code, groups.stderr).toBe(3);
          expectOddFirst(groups, { ranks, odd });
          expect(groups.fleet).toMatchObject({ asked: 4, answered: 3, silent: [{ why: 'failed', hosts: ['down'] }] });
          const sent = await fleet(['--ssh', 'n1', '--client', 'pdsh', '--send', file]);
          expect({ code: sent.code, told: /pdsh cannot send the file/.test(sent.stderr) }).toEqual({
            code: 2,
            told: true,
          });
        }),
      ),
    ),
  );

  test.skipIf(!existsSync('/usr/bin/clush'))('by clush, sent along or not', () =>
    withSshd(({ config }) =>
      withHungJob({ ranks, odd }, (job) =>
        withPlainRanks(job, all, ranks, async () => {
          const clush = ['--client', 'clush', '--client-option=-o', `--client-option=-F ${config}`];
          for (const more of [[], ['--send', file]]) {
            const groups = await fleetGroups(['--ssh', 'n[1-3],down', ...clush, ...more, '--match', `${job.match}|%h`]);
            expect(groups.code, groups.stderr).toBe(3);
            expectOddFirst(groups, { ranks, odd });
            expect(groups.fleet).toMatchObject({ asked: 4, answered: 3, silent: [{ why: 'failed', hosts: ['down'] }] });
          }
        }),
      ),
    ),
  );
});

describe('what goes wrong before anybody answers', () => {
  test('no such client', async () => {
    const { code, stderr } = await fleet(['--ssh', 'n1', '--client', 'no-such-ssh']);
    expect({ code, first: stderr.split('\n')[0] }).toEqual({
      code: 1,
      first: 'pystack: no-such-ssh cannot be started',
    });
  });

  test('nobody answers: what was said is shown as it is', async () => {
    const client = join(folder, 'refusing');
    writeFileSync(client, '#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n');
    chmodSync(client, 0o755);
    const { code, stdout, stderr } = await fleet(['--ssh', 'n[1-3]', '--client', client]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^n\d: Permission denied \(publickey\)\.\nn\[?\d[^\n]*: the same: Permission denied/);
    expect(stderr).toContain('pystack: 3 of 3 gave no answer (refusing ended with 255): n[1-3]\n');
    expect(stderr).toContain('pystack: none of the 3 hosts answered\n');
  });

  test('answers that are none, too long, damaged, or hostile to a terminal', async () => {
    const client = join(folder, 'odd');
    writeFileSync(
      client,
      [
        '#!/bin/sh',
        'for last; do :; done',
        'printf "\\033]0;owned\\007\\n" >&2',
        `echo '{"pystackCollect":1,"writer":"x","host":"y","data":"AAAA"}'`,
        'echo hello',
        '',
      ].join('\n'),
    );
    chmodSync(client, 0o755);
    const { code, stderr } = await fleet(['--ssh', 'n1', '--client', client]);
    expect(code).toBe(1);
    expect(stderr).toContain('n1: \\x1b]0;owned\\x07\n');
    expect(stderr).toMatch(/the answer of n1 cannot be read: it cannot be unpacked/);
    expect(stderr).toContain('were passed over: 1\n');
    expect(stderr).not.toContain('\u001b]');
  });

  test('words of the command line come through a shell over there as they are', async () => {
    const client = join(folder, 'echoing');
    writeFileSync(client, '#!/bin/sh\nfor last; do :; done\neval "set -- $last"\nprintf "%s\\n" "$@" >&2\n');
    chmodSync(client, 0o755);
    const pattern = `it's $(touch ${folder}/run) "x" \\w`;
    const { stderr } = await fleet(['--ssh', 'n1', '--client', client, '--match', `${pattern}.*`, '--env', 'A=b c']);
    expect(stderr).toContain(`n1: --match=${pattern.replaceAll('\\', '\\')}.*\n`);
    expect(stderr).toContain('n1: --env=A=b c\n');
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  test('interrupted: its clients end as well', async () => {
    const client = join(folder, 'waiting');
    writeFileSync(client, `#!/bin/sh\necho $$ > '${folder}/client-pid'\nexec sleep 300\n`);
    chmodSync(client, 0o755);
    const { stdout } = await runCommand('sh', [
      '-c',
      '"$0" "$1" fleet --ssh n1 --client "$2" & pid=$!; while ! [ -s "$3" ]; do sleep 0.05; done; kill -INT $pid; wait $pid; echo "ended $?"; ' +
        'sleep 0.2; kill -0 $(cat "$3") 2>/dev/null && echo alive || echo gone',
      RUNNER,
      PYSTACK,
      client,
      join(folder, 'client-pid'),
    ]);
    expect(stdout).toBe('ended 130\ngone\n');
  });
});
