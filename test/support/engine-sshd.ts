/** An sshd of our own on loopback, with keys and a configuration that are thrown away. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { endOf } from './hung-job.js';
import { until } from './target.js';

const SSHD = '/usr/sbin/sshd';

/** Why it cannot be run here; null: it can. */
export function sshdMissing(): string | null {
  if (process.getuid?.() !== 0) return 'an sshd of our own needs root';
  return existsSync(SSHD) ? null : 'no sshd is installed (openssh-server)';
}

export interface Sshd {
  /** Configuration for a client: any host is this machine, but `down`, where nobody listens, and `mute`, which never answers. */
  readonly config: string;
}

export async function withSshd<T>(body: (sshd: Sshd) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-sshd-'));
  const [port, closed, mute] = [await freePort(), await freePort(), await freePort()];
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  execFileSync('cp', [join(folder, 'user.pub'), join(folder, 'authorized')]);
  mkdirSync('/run/sshd', { recursive: true });
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxStartups 100',
      '',
    ].join('\n'),
  );
  const config = join(folder, 'ssh_config');
  const common = [
    'HostName 127.0.0.1',
    `User ${userInfo().username}`,
    `IdentityFile ${folder}/user`,
    'IdentitiesOnly yes',
    'StrictHostKeyChecking no',
    'UserKnownHostsFile /dev/null',
    'LogLevel ERROR',
  ];
  writeFileSync(
    config,
    [`Host down`, `Port ${closed}`, 'Host mute', `Port ${mute}`, 'Host *', `Port ${port}`, ...common, ''].join('\n'),
  );
  const silent = createServer().listen(mute, '127.0.0.1');
  const server = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (bytes) => {
    said += bytes;
  });
  try {
    await until('sshd listens', () => said.includes('Server listening'));
    return await body({ config });
  } finally {
    await endOf(server, 'SIGTERM');
    silent.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
