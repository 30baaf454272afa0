// Is the one file as right as the program on Node.js? All tests that run the command as a process, on the executable that
// `npm run package` made, which must be of just these sources: `npm run test:one-file [-- FILE …]`, for instance
// `npm run test:one-file -- test/harm`. What the tests of the library see is the same for both.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
const target = `linux-${process.arch}-${libc}`;

const command = madeExecutable();
if (command === null) {
  process.stderr.write(`test: packages/ has none for ${target}\nNext step: npm run package -- --target ${target}\n`);
  process.exit(1);
}
const newest = Math.max(...filesBelow('src').map((file) => statSync(join(root, file)).mtimeMs));
if (statSync(command).mtimeMs < newest) {
  process.stderr.write(`test: ${command} is older than src/\nNext step: npm run package -- --target ${target}\n`);
  process.exit(1);
}
const asked = process.argv.slice(2);
const chosen = testsOfTheCommand().filter((file) => asked.length === 0 || asked.some((part) => file.includes(part)));
if (chosen.length === 0) {
  process.stderr.write(`test: none of ${asked.join(' ')} runs the command\n`);
  process.exit(2);
}
const env = { ...process.env, PYSTACK_TEST_COMMAND: command };
const { status } = spawnSync('npx', ['vitest', 'run', ...chosen], { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);

/** Those that get it from test/support/command.ts, which heeds PYSTACK_TEST_COMMAND. */
function testsOfTheCommand() {
  return filesBelow('test').filter(
    (file) =>
      file.endsWith('.test.ts') && /\b(runPystack|PYSTACK)\b[^;]*from '[./]*\/support\/command\.js'/.test(textOf(file)),
  );
}

function madeExecutable() {
  const folder = join(root, 'packages');
  const name = existsSync(folder) && readdirSync(folder).find((each) => each.endsWith(`-${target}`));
  return name ? join(folder, name) : null;
}

function textOf(file) {
  return readFileSync(join(root, file), 'utf8');
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
