/**
 * Can what `npm run package` makes be installed and used as docs/install.md says: offline, without running scripts,
 * where nothing can be written, from both kinds of module, by pip? For this machine's own target. With the addons of
 * `npm run package` if they are there and of just these sources, else with those of the checkout.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targetNamed } from '../../packaging/targets.mjs';
import { runCommand } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

interface Made {
  readonly tarball: string;
  /** Both null: what the executable is made of was never downloaded; `npm run package` does. */
  readonly wheel: string | null;
  readonly executable: string | null;
  /** Whether the addons are those that are published. */
  readonly selfContained: boolean;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'pystack-packages-'));
const project = join(work, 'project');
let made: Made;
const NOT_BUILT = 'not built: npm run package -- --target linux-x64-glibc';

beforeAll(() => {
  const script = join(root, 'scripts/package-here.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, work], { encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  made = JSON.parse(stdout);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private": true}');
  const args = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', made.tarball];
  const installed = spawnSync('npm', args, { cwd: project, encoding: 'utf8' });
  expect({ status: installed.status, stderr: installed.stderr }).toMatchObject({ status: 0 });
}, 240_000);

afterAll(() => {
  makeWritable(work);
  rmSync(work, { recursive: true, force: true });
});

describe('the npm tarball', () => {
  const installed = () => join(project, 'node_modules/pystack');

  test('is small, runs nothing when it is installed, and brings all it needs', () => {
    expect(statSync(made.tarball).size).toBeLessThan(2_000_000);
    const manifest = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ gypfile: false });
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['scripts']));
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['pystack']);
    for (const name of [
      'NOTICE',
      'LICENSE',
      'sbom.cdx.json',
      'man/pystack.1',
      'completions/_pystack',
      'schema/snapshot.schema.json',
    ]) {
      expect(existsSync(join(installed(), name)), name).toBe(true);
    }
  });

  test('names every part and its licence in the SBOM', () => {
    const { components } = JSON.parse(readFileSync(join(installed(), 'sbom.cdx.json'), 'utf8'));
    const names = components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['elfutils', 'zlib', 'xz-utils', 'libzstd', 'libiberty', 'chalk', 'commander']),
    );
    const notice = readFileSync(join(installed(), 'NOTICE'), 'utf8');
    for (const name of names) expect(notice).toContain(name);
  });

  test('looks at a process from a place where nothing can be written', async () => {
    makeReadOnly(installed());
    await withProgram(anyInterpreter(), 'callbacks.py', {}, async ({ pid }) => {
      const command = join(project, 'node_modules/.bin/pystack');
      const { code, stdout, stderr } = await runCommand(command, ['remote', '--native', '--locals', `${pid}`]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('(C) ');
    });
    const core = join(root, 'corefiles/segfault/3.12/core.gz');
    const { code, stdout } = await runCommand(join(project, 'node_modules/.bin/pystack'), ['core', core]);
    expect([0, 3]).toContain(code);
    expect(stdout).toContain('(Python)');
  });

  test('npx finds it', () => {
    const args = ['--no-install', 'pystack', '--version'];
    const { status, stdout } = spawnSync('npx', args, { cwd: project, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${versionOf(installed())}\n` });
  });

  test('is one library for import and require', () => {
    const program = `
      import * as imported from 'pystack';
      import { createRequire } from 'node:module';
      const required = createRequire(import.meta.url)('pystack');
      console.log(imported.PystackError === required.PystackError, Object.keys(required).sort().join());
      await imported.inspectProcess(2 ** 22).catch((error) => console.log(error instanceof required.PystackError, error.code));`;
    writeFileSync(join(project, 'both.mjs'), program);
    const { stdout, stderr } = spawnSync(process.execPath, ['both.mjs'], { cwd: project, encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({
      stdout:
        'true EXIT,PystackError,SCHEMA_VERSION,inspectCore,inspectProcess,openProcess,snapshotProcess\ntrue no-such-process\n',
      stderr: '',
    });
  });

  test('says on an old Node.js what is missing, in words it can parse', () => {
    const text = readFileSync(join(installed(), 'bin/pystack'), 'utf8');
    // Nothing newer than ES5: an old Node.js would show a stack trace instead.
    expect(text).not.toMatch(/\b(const|let|class|async|await)\b|=>|`|\?\?|\?\./);
  });
});

describe('the wheel', () => {
  test('is the one file, called by both names and as a module, beside what man and the shells read', async ({
    skip,
  }) => {
    const { wheel, executable } = made;
    if (wheel === null || executable === null) return skip(NOT_BUILT);
    const environment = join(work, 'environment');
    const bin = (name: string) => join(environment, 'bin', name);
    // Some Pythons come without pip's own wheel.
    if (spawnSync('python3', ['-m', 'venv', environment]).status !== 0)
      return skip('this python3 makes no virtual environment');
    const args = ['--quiet', '--no-index', '--disable-pip-version-check', wheel];
    const install = spawnSync(bin('python'), ['-m', 'pip', 'install', ...args], { encoding: 'utf8' });
    expect({ status: install.status, stderr: install.stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(bin('pystack-node')).equals(readFileSync(executable))).toBe(true);

    const nowhere = { PATH: '/nonexistent', HOME: '/nonexistent', TMPDIR: '/nonexistent' };
    const link = join(work, 'a-link');
    symlinkSync(bin('pystack'), link);
    const commands = [[bin('pystack')], [bin('pystack-node')], [link], [bin('python'), '-m', 'pystack_node']] as const;
    for (const [program, ...rest] of commands) {
      const { code, stdout } = await runCommand(program, [...rest, '--version'], nowhere);
      expect({ program, code, stdout }).toEqual({ program, code: 0, stdout: `${versionOf(root)}\n` });
    }
    await withProgram(anyInterpreter(), 'callbacks.py', {}, async ({ pid }) => {
      const { code, stderr } = await runCommand(bin('pystack'), ['remote', '--native', `${pid}`], nowhere);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });
    for (const page of ['man/man1/pystack.1', 'bash-completion/completions/pystack', 'zsh/site-functions/_pystack'])
      expect(existsSync(join(environment, 'share', page)), page).toBe(true);

    rmSync(bin('pystack-node'));
    const { code, stderr } = await runCommand(bin('python'), ['-m', 'pystack_node', '--version']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/pystack-node, .* is not there\nNext step: pip install --force-reinstall pystack-node\n$/);
    const other = await runCommand(bin('pystack'), ['--version']);
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/pystack-node, .* is not there\nNext step: /);
    // Making an environment takes pip a while.
  }, 240_000);

  test('names its licences, with the texts, and its parts, where installers and auditors look', ({ skip }) => {
    const { wheel } = made;
    if (wheel === null) return skip(NOT_BUILT);
    const folder = join(work, 'unpacked-wheel');
    expect(spawnSync('python3', ['-m', 'zipfile', '-e', wheel, folder]).status).toBe(0);
    const info = join(folder, readdirSync(folder).find((name) => name.endsWith('.dist-info')) ?? '');
    const metadata = readFileSync(join(info, 'METADATA'), 'utf8').split('\n\n')[0] ?? '';
    const files = metadata.split('\n').flatMap((line) => /^License-File: (.*)$/.exec(line)?.[1] ?? []);
    expect(files.sort()).toEqual(readdirSync(join(info, 'licenses')).sort());
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'bun-LICENSE.txt', 'elfutils-LGPL-3.0.txt']));
    expect(metadata).toMatch(/^License-Expression: .*\bMIT\b.*$/m);
    expect(metadata).not.toMatch(/Requires-Dist/);
    const { components } = JSON.parse(readFileSync(join(info, 'sboms/pystack.cdx.json'), 'utf8'));
    const expression = /^License-Expression: (.*)$/m.exec(metadata)?.[1] ?? '';
    for (const { licenses } of components)
      for (const one of licenses[0].expression.split(' AND ')) expect(expression).toContain(one);
    const tag = /^Tag: (.*)$/m.exec(readFileSync(join(info, 'WHEEL'), 'utf8'))?.[1];
    expect(wheel).toMatch(new RegExp(`-${tag}\\.whl$`));
    expect(tag).toBe(`py3-none-${targetNamed(`linux-${process.arch}-glibc`).wheelTag}`);
  });
});

describe('the single executable', () => {
  test('looks at a process and a core, with no run-time system on the machine and nowhere to write', async ({
    skip,
  }) => {
    const { executable } = made;
    if (executable === null) return skip(NOT_BUILT);
    const env = { PATH: '/nonexistent', HOME: '/nonexistent', TMPDIR: '/nonexistent' };
    expect(await runCommand(executable, ['--version'], env)).toMatchObject({ stdout: `${versionOf(root)}\n`, code: 0 });
    await withProgram(anyInterpreter(), 'callbacks.py', {}, async ({ pid }) => {
      const { code, stdout, stderr } = await runCommand(executable, ['remote', '--native', '--locals', `${pid}`], env);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('(C) ');
    });
    const core = await runCommand(executable, ['core', join(root, 'corefiles/segfault/3.12/core.gz')], env);
    expect([0, 3]).toContain(core.code);
    expect(core.stdout).toContain('(Python)');
  });

  test('does not heed what lies in the folder where it is started', async ({ skip }) => {
    const { executable } = made;
    if (executable === null) return skip(NOT_BUILT);
    const folder = join(work, 'hostile');
    mkdirSync(folder);
    writeFileSync(join(folder, 'bunfig.toml'), 'preload = ["./preload.js"]\n');
    writeFileSync(
      join(folder, 'preload.js'),
      "require('node:fs').writeFileSync('ran', ''); console.log('preloaded');\n",
    );
    writeFileSync(join(folder, '.env'), 'FORCE_COLOR=3\nCOLUMNS=20\n');
    writeFileSync(join(folder, 'package.json'), '{"type": "module", "imports": {"node:fs": "./preload.js"}}\n');
    const { status, stdout } = spawnSync(executable, ['--help'], { cwd: folder, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: spawnSync(executable, ['--help'], { encoding: 'utf8' }).stdout,
    });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('names Bun and what it is made of, prints every licence, and has it in its SBOM', async ({ skip }) => {
    const { executable } = made;
    if (executable === null) return skip(NOT_BUILT);
    const { stdout } = await runCommand(executable, ['--licences']);
    const { components } = JSON.parse(readFileSync(`${executable}.cdx.json`, 'utf8'));
    const names: string[] = components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['bun', 'bun/JavaScriptCore', 'bun/boringssl', 'bun/icu', 'elfutils']),
    );
    for (const name of names) expect(stdout).toContain(name);
    expect(stdout).toContain('GNU LIBRARY GENERAL PUBLIC LICENSE');
    const references = components.map((each: Record<string, string>) => each['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
  });

  test('needs no more of a kernel than 4.18 has', async ({ skip }) => {
    const { executable } = made;
    if (executable === null) return skip(NOT_BUILT);
    if (process.arch !== 'x64') return skip('system calls have other numbers here');
    const asOf418 = join(work, 'as-of-4.18');
    const compiler = spawnSync('cc', ['-O', '-o', asOf418, join(root, 'test/programs/kernel_4_18.c')], {
      encoding: 'utf8',
    });
    expect(compiler).toMatchObject({ status: 0 });
    await withProgram(anyInterpreter(), 'callbacks.py', {}, async ({ pid }) => {
      const args = [executable, 'remote', '--native', '--locals', `${pid}`];
      const { code, stdout, stderr } = await runCommand(asOf418, args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('(C) ');
    });
    // It refuses what it says it refuses: pidfd_open is of Linux 5.3.
    const python = spawnSync(asOf418, ['python3', '-c', 'import os; os.pidfd_open(os.getpid())'], { encoding: 'utf8' });
    expect(python.stderr).toContain('Function not implemented');
  });
});

describe('a bundle', () => {
  test('that leaves the package outside runs, in both forms', () => {
    writeFileSync(
      join(project, 'program.mjs'),
      `import { inspectCore } from 'pystack';
      inspectCore(${JSON.stringify(join(root, 'corefiles/segfault/3.12/core.gz'))}).then(({ threads }) => console.log(threads.length));`,
    );
    for (const format of ['cjs', 'esm'] as const) {
      const outfile = join(project, `bundle.${format === 'cjs' ? 'cjs' : 'mjs'}`);
      const entryPoints = [join(project, 'program.mjs')];
      buildSync({ entryPoints, bundle: true, platform: 'node', format, outfile, external: ['pystack'] });
      const { stdout, stderr } = spawnSync(process.execPath, [outfile], { cwd: project, encoding: 'utf8' });
      expect({ format, stdout, stderr }).toEqual({ format, stdout: '3\n', stderr: '' });
    }
  });

  test('that takes the package in runs with its addons one folder above', async () => {
    const folder = join(project, 'bundled');
    mkdirSync(join(folder, 'out'), { recursive: true });
    cpSync(join(project, 'node_modules/pystack/prebuilds'), join(folder, 'prebuilds'), { recursive: true });
    await withProgram(anyInterpreter(), 'idle.py', {}, async ({ pid }) => {
      writeFileSync(
        join(project, 'looker.cjs'),
        `require('pystack').inspectProcess(${pid}).then(({ threads }) => console.log(threads.length));`,
      );
      const outfile = join(folder, 'out/bundle.cjs');
      buildSync({ entryPoints: [join(project, 'looker.cjs')], bundle: true, platform: 'node', format: 'cjs', outfile });
      const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
      expect({ stdout, stderr }).toEqual({ stdout: '1\n', stderr: '' });
    });
  });
});

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

function makeReadOnly(folder: string): void {
  eachBelow(folder, (path, isFolder) => chmodSync(path, isFolder || path.endsWith('bin/pystack') ? 0o555 : 0o444));
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o755);
  eachBelow(folder, (path, isFolder) => isFolder && chmodSync(path, 0o755));
}

function eachBelow(folder: string, visit: (path: string, isFolder: boolean) => void): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isSymbolicLink()) visit(path, entry.isDirectory());
    if (entry.isDirectory()) eachBelow(path, visit);
  }
}
