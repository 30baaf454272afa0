// What does the output look like? A picture of a real run, in colours, as an SVG: docs/images/remote.svg. The process is the
// demo's service; run again, it shows the same stacks with other numbers. `node scripts/readme-picture.mjs`
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const MAX_LINES = 30;
const COLUMNS = 110;
const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const MARGIN = 16;
const ESCAPE = String.fromCharCode(27);
const EACH_COLOUR = new RegExp(`${ESCAPE}\\[(\\d*)m([^${ESCAPE}]*)`, 'g');
/** The eight colours of a terminal, as a dark one shows them. */
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 34: '#79c0ff', 35: '#d2a8ff', 36: '#76e3ea' };

const target = spawn(process.env.PYTHON ?? 'python3', [path('demo_service.py')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.once('exit', () => target.kill('SIGKILL'));
await once(target.stdout, 'data');
const args = [path('../bin/pystack'), 'remote', `${target.pid}`];
const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '1' } });
target.kill('SIGKILL');

// Where this checkout lies is nobody's business.
const report = stdout.trimEnd().replaceAll(path('.'), '/srv/shop/');
const all = [`$ pystack remote ${target.pid}`, ...report.split('\n')];
const lines = all.length > MAX_LINES ? [...all.slice(0, MAX_LINES - 1), '…'] : all;
const width = COLUMNS * CHARACTER_WIDTH + 2 * MARGIN;
const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
const texts = lines.map((line, i) => {
  const y = MARGIN + (i + 0.75) * LINE_HEIGHT;
  return `<text x="${MARGIN}" y="${y.toFixed(1)}" xml:space="preserve">${spans(line)}</text>`;
});
mkdirSync(path('../docs/images'), { recursive: true });
writeFileSync(
  path('../docs/images/remote.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>pystack remote: what every thread of a service is doing</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="#c9d1d9">
${texts.join('\n')}
</g>
</svg>
`,
);

/** Colour escapes (SGR) as tspans; cut at the width of the picture. */
function spans(line) {
  let shown = 0;
  let colour = null;
  let faint = false;
  let out = '';
  for (const [, code, text] of `${ESCAPE}[m${line}`.matchAll(EACH_COLOUR)) {
    if (code === '2') faint = true;
    else if (code === '22') faint = false;
    else colour = COLOURS[code] ?? null;
    const part = text.slice(0, Math.max(0, COLUMNS - shown));
    shown += part.length;
    if (part === '') continue;
    const attributes = `${colour ? ` fill="${colour}"` : ''}${faint ? ' opacity="0.6"' : ''}`;
    out += attributes === '' ? escaped(part) : `<tspan${attributes}>${escaped(part)}</tspan>`;
  }
  return out;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
