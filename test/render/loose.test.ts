/** Stacks whose threads are not known: shown in every layout, and marked as what they are. */
import { expect, test } from 'vitest';
import { grouped } from '../../src/many/groups/group.js';
import { setOf } from '../../src/many/looks/set-of.js';
import { compatPieces } from '../../src/render/compat.js';
import { collapsedPieces } from '../../src/render/flame/collapsed.js';
import { samplesOfLooks } from '../../src/render/flame/samples.js';
import { ASSETS } from '../../src/render/html/assets.js';
import { processPage } from '../../src/render/html/page.js';
import type { LooseStack } from '../../src/snapshot.js';
import { pythonFrame, snapshot, thread } from './samples.js';

const outer = pythonFrame({ function: 'outer', qualname: 'outer', file: '/app/<b>.py', line: 7 });
const loose: LooseStack[] = [
  {
    foundBy: 'code-type',
    ending: { kind: 'complete', reason: null },
    frames: [outer, pythonFrame({ function: 'inner' })],
  },
  { foundBy: 'code-type', ending: { kind: 'truncated', reason: 'lost <there>' }, frames: [outer] },
];
const MARK = 'found in memory, thread not known';

test.each([
  ['alone', []],
  ['below threads', [thread({ tid: 12 })]],
])('%s, in the layout of the Python pystack', (_, threads) => {
  const text = [...compatPieces(snapshot({ threads, looseStacks: loose }))].join('');
  // What reads that layout finds a heading with an id, and the calls below it.
  const headings = [...text.matchAll(/^Traceback for thread (\d+) \(([^)]*)\) \[.*\] \(most recent call last\):$/gm)];
  expect(headings.slice(-2).map(([, tid, name]) => [tid, name])).toEqual([
    ['0', MARK],
    ['0', MARK],
  ]);
  const [first, second] = text.split(/^Traceback.*$/m).slice(-2);
  expect(first).toMatch(/^\n {4}\(Python\) File "\/app\/<b>\.py", line 7, in outer\n[\s\S]*in inner\n[\s\S]*\n$/);
  expect(second).toMatch(/in outer\n/);
});

test('on a page', () => {
  const one = snapshot({ threads: [], looseStacks: loose });
  const options = { assets: ASSETS, madeBy: 'test', isSecret: () => false, verbose: false };
  const html = [...processPage(one, grouped(setOf(one)), options)].join('').replace(ASSETS.script, '');
  expect(html).toContain('<a href="#loose">Found in memory, thread not known</a><small> 2</small>');
  const section = html.slice(html.indexOf('<section id="loose"')).replace(/<\/section>[\s\S]*/, '');
  expect(section.match(/<b>outer<\/b>/g)).toHaveLength(2);
  expect(section).toContain('Outer frames are missing: lost &lt;there>');
  expect(section).not.toContain('<b>.py');
  expect(html.slice(html.indexOf('<section id="tree"'))).toContain(`(${MARK})`);
});

test('in flame graphs', () => {
  const samples = samplesOfLooks(setOf(snapshot({ threads: [thread({ tid: 12 })], looseStacks: loose })));
  const lines = [...collapsedPieces(samples)].filter((line) => line.startsWith(`(${MARK});outer`));
  expect(lines).toHaveLength(2);
  expect(samples).toHaveLength(3);
});
