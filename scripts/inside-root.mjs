// How is something run inside a bare root, with nothing of this machine but the files it is given? In namespaces of its
// own, without a network. Files are shown below /mnt, which is in memory; nothing of the root itself is changed.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a small image lacks: the C++ run-time library. */
const RUN_TIME = ["-name 'libstdc++.so*'", "-name 'libgcc_s.so*'"].join(' -o ');

/**
 * Runs a shell script in a root. Needs root.
 * @param {string} root
 * @param {string} script for /bin/sh
 * @param {{ files: Record<string, string>, bare?: boolean }} options files: path on this machine by name below /mnt;
 *   bare: where nothing can be written, /tmp is not there, and no C++ run-time library either
 * @returns {{ status: number | null, stdout: string, stderr: string }}
 */
export function runInside(root, script, { files, bare = false }) {
  mkdirSync(join(root, 'mnt'), { recursive: true });
  const lines = [
    'set -e',
    'mount --bind "$ROOT" "$ROOT"; mount -t tmpfs none "$ROOT/mnt"',
    ...Object.entries(files).flatMap(([name, path]) => [
      `if [ -d ${quote(path)} ]; then mkdir "$ROOT/mnt/${name}"; else touch "$ROOT/mnt/${name}"; fi`,
      `mount --bind ${quote(path)} "$ROOT/mnt/${name}"`,
    ]),
    'mount -t proc proc "$ROOT/proc"',
    // What container engines make of it.
    'mount -t tmpfs none "$ROOT/dev"; mkdir "$ROOT/dev/shm"; mknod -m 666 "$ROOT/dev/null" c 1 3',
    ...(bare
      ? [
          `find "$ROOT/usr" "$ROOT/lib/" -xdev -type f \\( ${RUN_TIME} \\) | while read -r file; do mount --bind /dev/null "$file"; done`,
          // No folder can be missing that is there; one that nobody may enter, with nothing in it, comes nearest.
          'if [ -d "$ROOT/tmp" ]; then mount -t tmpfs -o mode=0,ro none "$ROOT/tmp"; fi',
          'mount -o remount,ro "$ROOT/mnt"; mount -o remount,bind,ro "$ROOT"',
        ]
      : []),
    'exec chroot "$ROOT" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/mnt TMPDIR=/mnt sh -c "$INSIDE"',
  ];
  const args = ['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', lines.join('\n')];
  const env = { PATH: process.env.PATH, ROOT: root, INSIDE: script };
  const { status, stdout, stderr } = spawnSync('unshare', args, { env, encoding: 'utf8', timeout: 300_000 });
  return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
}

function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
