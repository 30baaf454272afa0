/**
 * How is a core had from another architecture? An emulator of user programs runs that machine's Python and writes its
 * core itself when it dies. Needed: qemu-aarch64-static, and a folder with the root of a 64-bit ARM system that has one
 * python3.N below usr/bin (`debootstrap --foreign --arch=arm64 … --include=python3.11-minimal,libpython3.11-stdlib`).
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shrinkCore } from './shrink.js';

const EMULATOR = 'qemu-aarch64-static';
/** Programs that die by themselves, on the same thread each time. */
const SITUATIONS = ['abort', 'segfault'];
/** Where the system seems to lie in the cores: they are to tell nothing of whose machine made them. */
const SCENE = join(tmpdir(), 'scene');

/** Makes `corefiles/<situation>/<version>-aarch64/core.gz`. */
export async function makeEmulated(root: string, wanted: (folder: string) => boolean): Promise<void> {
  const python = readdirSync(join(root, 'usr/bin')).find((name) => /^python3\.\d+$/.test(name));
  if (python === undefined) throw new Error(`no python3.N in ${root}/usr/bin`);
  for (const situation of SITUATIONS) {
    const folder = join('corefiles', situation, `${python.slice('python'.length)}-static-aarch64`);
    if (!wanted(folder)) continue;
    mkdirSync(folder, { recursive: true });
    mkdirSync(SCENE);
    try {
      const inside = join(SCENE, 'root');
      symlinkSync(realpathSync(root), inside);
      copyFileSync(join('corefiles', situation, 'program.py'), join(SCENE, 'program.py'));
      utimesSync(join(SCENE, 'program.py'), 1, 1);
      const command = [EMULATOR, '-L', inside, join(inside, 'usr/bin', python), join(SCENE, 'program.py')];
      spawnSync('sh', ['-c', 'ulimit -c unlimited; exec "$@"', 'sh', ...command], {
        cwd: SCENE,
        env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' },
        stdio: 'ignore',
        timeout: 60_000,
      });
      const core = readdirSync(SCENE).find((name) => name.startsWith('qemu_'));
      if (core === undefined) throw new Error(`${situation} left no core of ${EMULATOR}`);
      const rename = (path: string) => (path.startsWith(`${inside}/`) ? path.slice(inside.length) : path);
      const bytes = await shrinkCore(join(SCENE, core), join(folder, 'core.gz'), rename, { sysroot: inside });
      process.stdout.write(`${folder}: ${Math.ceil(bytes / 1024)} KiB\n`);
    } finally {
      rmSync(SCENE, { recursive: true });
    }
  }
}
