// What does one see of a hang, and what does it say? Runs the programs under scripts/scenes, looks at each in a terminal, and
// writes docs/tutorials/*.md and docs/images/screens/*.svg from what stood there. `node scripts/tutorials.mjs [NAME …]`
import './setup.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hasTerminal, onTerminal, picture } from './terminal-picture.mjs';
import { TUTORIALS } from './tutorials-text.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const pystack = [process.execPath, path('../bin/pystack')];
const python = process.env.PYTHON ?? '/usr/bin/python3';
const WIDTHS = [80, 200];
const THEMES = ['dark', 'light'];
/** Lines of a screen that are drawn. */
const MOST_LINES = 48;
const MOST_TEXT_LINES = 90;
const SETTLES_MS = 2500;

/** Pictures without a text of their own. */
const SCREENS = {
  'many-threads': { program: 'many_threads.py', title: 'Two thousand threads' },
  deep: { program: 'deep.py', title: 'A recursion of fifty thousand calls' },
  error: { arguments: ['remote', '4194304'], title: 'An error' },
};

if (!hasTerminal()) {
  process.stderr.write('tutorials: tmux is needed, which is the terminal here\n');
  process.exit(1);
}
const asked = process.argv.slice(2);
mkdirSync(path('../docs/images/screens'), { recursive: true });
mkdirSync(path('../docs/tutorials'), { recursive: true });
for (const [name, scene] of Object.entries({ ...TUTORIALS, ...SCREENS })) {
  if (asked.length === 0 || asked.includes(name)) await tell(name, scene);
}

async function tell(name, scene) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'));
  const files = [folder];
  let child = null;
  try {
    if (scene.program) child = await started(scene, folder);
    const commands = scene.core
      ? [['core', join(folder, readdirSync(folder).find((file) => file.startsWith('core')) ?? 'core')]]
      : (scene.looks ?? [[]]).map((options) => scene.arguments ?? ['remote', ...options, `${child.pid}`]);
    const texts = [];
    for (const args of commands) {
      const prompt = neutral(`$ pystack ${args.join(' ')}`, files);
      texts.push(`${prompt}\n\n${neutral(asText(args), files)}`);
    }
    for (const width of WIDTHS) {
      const lines = (await onTerminal([...pystack, ...commands[0]], width)).map((line) => neutral(line, files));
      const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), '…'] : lines;
      for (const theme of THEMES) {
        const prompt = neutral(`$ pystack ${commands[0].join(' ')}`, files);
        const svg = picture(scene.title, [prompt, '', ...shown], width, theme);
        writeFileSync(path(`../docs/images/screens/${name}-${width}-${theme}.svg`), svg);
      }
    }
    if (scene.text) writeFileSync(path(`../docs/tutorials/${name}.md`), page(name, scene, texts));
    process.stdout.write(`${name}\n`);
  } finally {
    if (child?.pid && child.exitCode === null) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself, as the one that crashes.
      }
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function started(scene, folder) {
  cpSync(path(`scenes/${scene.program}`), join(folder, scene.program));
  // A limit of this shell's would leave no core; it is raised for the child alone.
  const line = `ulimit -c unlimited; exec "$0" "$1"`;
  const args = ['-c', line, python, join(folder, scene.program)];
  const child = spawn('bash', args, { cwd: folder, detached: true, stdio: 'ignore' });
  await sleep(SETTLES_MS);
  if (scene.core && !readdirSync(folder).some((file) => file.startsWith('core'))) {
    throw new Error('no core was left: /proc/sys/kernel/core_pattern gives it to somebody else');
  }
  return child;
}

/** As it is on a terminal of 100 columns; lines that are longer stay whole. */
function asText(args) {
  const [command, ...rest] = [...pystack, ...args, '--page', '--no-color'];
  const { stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', env: { ...process.env, COLUMNS: '100' } });
  const lines = (stdout + stderr).trimEnd().split('\n');
  return (lines.length > MOST_TEXT_LINES ? [...lines.slice(0, MOST_TEXT_LINES - 1), '…'] : lines).join('\n');
}

/** Neither the temporary folder nor this machine's name is anybody's business. */
function neutral(line, [folder]) {
  return line
    .replaceAll(`${folder}/`, '/srv/shop/')
    .replaceAll(folder, '/srv/shop')
    .replaceAll(` on ${hostname()}`, ' on web-1');
}

function page(name, { title, program, text }, outputs) {
  const picture = `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="../images/screens/${name}-80-dark.svg">
  <img alt="${title}" src="../images/screens/${name}-80-light.svg">
</picture>`;
  const source = readFileSync(path(`scenes/${program}`), 'utf8').trimEnd();
  const filled = text
    .replace('{{picture}}', picture)
    .replace('{{program}}', `\`\`\`python\n${source}\n\`\`\``)
    .replaceAll(/\{\{output (\d)\}\}/g, (_, i) => `\`\`\`\n${outputs[Number(i)]}\n\`\`\``);
  return `# ${title}\n\n<!-- Made by \`node scripts/tutorials.mjs\` from a real run; change scripts/tutorials-text.mjs. -->\n\n${filled.trim()}\n`;
}
