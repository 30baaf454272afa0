// How much of a cut core is shown? Real cores of the kernel, cut at every 1 %, and with what threads are found by zeroed:
// node bench/cut-cores.mjs [PYTHON ...]. CUT_STEP (1): percents between cuts; CUT_THREADS (1,50); CUT_SVG: a file to draw
// the curves into. Ends with 1 when something was wrong.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelCore } from './kernel-core.mjs';
import { importTypeScript } from './typescript.mjs';

const { cutTo, pagesOf, wholeCore, zeroed } = await importTypeScript('../test/core/lost-memory.ts');
const pythons = process.argv.length > 2 ? process.argv.slice(2) : ['python3'];
const step = Number(process.env.CUT_STEP ?? 1);
const counts = (process.env.CUT_THREADS ?? '1,50').split(',').map(Number);
const curves = [];

for (const python of pythons) {
  for (const count of counts) {
    const folder = mkdtempSync(join(tmpdir(), 'pystack-cut-'));
    try {
      await measure(python, count, await kernelCore(python, 'crossings.py', [`${count - 1}`, '8'], folder), folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

if (process.env.CUT_SVG) writeFileSync(process.env.CUT_SVG, pictureOf(curves));

async function measure(python, count, core, folder) {
  const version = execFileSync(python, ['-c', 'import platform; print(platform.python_version())'], {
    encoding: 'utf8',
  });
  const label = `${version.trim()} ${isShared(python) ? 'shared' : 'static'}, ${count} thread${count === 1 ? '' : 's'}`;
  const whole = await wholeCore(core);
  const frames = whole.threads.reduce((sum, thread) => sum + thread.frames.length, 0);
  console.log(`${label}: ${whole.size >> 20} MiB, ${whole.threads.length} threads, ${frames} frames`);
  const copy = { ...whole, path: join(folder, 'copy') };
  for (const [what, ranges] of losses(whole)) {
    execFileSync('cp', ['--sparse=always', core, copy.path]);
    tell(`  zeroed: ${what}`, await zeroed(copy, ranges));
  }
  const points = [];
  execFileSync('cp', ['--sparse=always', core, copy.path]);
  for (let percent = 100 - step; percent > 0; percent -= step) {
    const score = await cutTo(copy, Math.floor((whole.size * percent) / 100));
    if (process.env.CUT_EACH || isShort(score)) tell(`  cut to ${percent} %`, score);
    points.push({ percent, ...score });
  }
  curves.push({ label, threads: whole.threads.length, frames, points });
  const left = points.reduce((sum, { framesLeft }) => sum + framesLeft, 0);
  const shown = points.reduce((sum, { framesShown }) => sum + framesShown, 0);
  const lacking = points.filter(({ threadsLeft, threadsShown }) => threadsShown < threadsLeft).length;
  const least = Math.min(...points.filter((p) => p.framesLeft > 0).map((p) => p.framesShown / p.framesLeft));
  const wholeLeft = points.reduce((sum, point) => sum + point.wholeLeft, 0);
  const wholeShown = points.reduce((sum, point) => sum + point.wholeShown, 0);
  const wrong = points.reduce((sum, point) => sum + point.wrong.length, 0);
  console.log(
    `  ${points.length} cuts: ${shown} of ${left} frames (the least ${(100 * least).toFixed(1)} %), of the whole ones ${wholeShown} of ${wholeLeft} with their names, ${lacking} cuts lack a thread, ${wrong} wrong`,
  );
}

function isShared(python) {
  return execFileSync('ldd', [python], { encoding: 'utf8' }).includes('libpython');
}

function isShort({ threadsLeft, threadsShown, framesLeft, framesShown, wholeLeft, wholeShown, wrong }) {
  const isLow = framesShown < 0.95 * framesLeft || wholeShown < 0.95 * wholeLeft;
  return threadsShown < threadsLeft || isLow || wrong.length > 0;
}

function tell(what, score) {
  const { threadsLeft, threadsShown, framesLeft, framesShown, wholeLeft, wholeShown, wrong, refused } = score;
  console.log(
    `${what}: ${threadsShown} of ${threadsLeft} threads, ${framesShown} of ${framesLeft} frames, ${wholeShown} of ${wholeLeft} whole, ${wrong.length} wrong` +
      `${refused === null ? '' : ` (${refused})`}${wrong.length > 0 ? ` ${wrong.slice(0, 3).join('; ')}` : ''}`,
  );
  if (wrong.length > 0) process.exitCode = 1;
}

/** What is lost besides a core's end: what threads are found by, and memory here and there. */
function losses(whole) {
  const page = (address) => pagesOf({ start: address, end: address + 1 });
  const dumped = whole.loads.filter(({ filesz }) => filesz > 0);
  const every = (n, from) =>
    dumped.flatMap(({ vaddr, filesz }) => {
      const pages = [];
      for (let i = 0; i * 4096 < filesz; i++) {
        if ((i + from) % n === 0)
          pages.push({ start: vaddr + i * 4096, end: vaddr + Math.min(filesz, (i + 1) * 4096) });
      }
      return pages;
    });
  const stackOf = (sp) => {
    const load = dumped.find(({ vaddr, filesz }) => sp >= vaddr && sp < vaddr + filesz);
    return load ? [{ start: page(sp).start, end: load.vaddr + load.filesz }] : [];
  };
  return [
    [
      "the runtime's page",
      whole.runtime === null ? [] : [{ start: page(whole.runtime).start, end: page(whole.runtime).end + 4096 }],
    ],
    ['the interpreter', whole.interpreters.map(page)],
    [
      'C stacks',
      whole.threads.flatMap(({ cStack, pointer }) =>
        cStack === null
          ? []
          : stackOf(cStack).map((range) => ({
              ...range,
              end: pointer > range.start && pointer < range.end ? page(pointer).start : range.end,
            })),
      ),
    ],
    ...[0, 3, 7].map((from) => [`every 10th page, from ${from}`, every(10, from)]),
  ];
}

/** For each core what was left of its frames (grey) and what of them is shown (blue), by how much of the file is left. */
function pictureOf(all) {
  const [width, height, margin] = [300, 150, 34];
  const rows = Math.ceil(all.length / 2);
  const parts = all.map(({ label, frames, points }, i) => {
    const [x0, y0] = [margin + (i % 2) * (width + margin), 40 + Math.floor(i / 2) * (height + 50)];
    const x = (percent) => (x0 + (width * percent) / 100).toFixed(1);
    const y = (count) => (y0 + height - (height * count) / frames).toFixed(1);
    const line = (of) => points.map((point) => `${x(point.percent)},${y(point[of])}`).join(' ');
    const ticks = [0, 25, 50, 75, 100].map(
      (p) => `<text x="${x(p)}" y="${y0 + height + 14}" text-anchor="middle">${p}</text>`,
    );
    return [
      `<text x="${x0}" y="${y0 - 8}" class="title">${label}, ${frames} frames</text>`,
      `<rect x="${x0}" y="${y0}" width="${width}" height="${height}" class="box"/>`,
      `<polyline points="${line('framesLeft')}" class="left"/>`,
      `<polyline points="${line('framesShown')}" class="shown"/>`,
      ...ticks,
    ].join('\n');
  });
  const [w, h] = [2 * width + 3 * margin, rows * (height + 50) + 40];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">
<title>Frames left in cut cores, and frames shown of them</title>
<style>text{font:11px sans-serif;fill:#333}.title{font-weight:bold}.box{fill:none;stroke:#ccc}
polyline{fill:none;stroke-width:2}.left{stroke:#bbb;stroke-width:5}.shown{stroke:#2563eb}</style>
<rect width="${w}" height="${h}" fill="#fff"/>
<text x="${margin}" y="16">Frames left in the core (grey) and shown (blue), by percent of the file that is left</text>
${parts.join('\n')}
</svg>
`;
}
