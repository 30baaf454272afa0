/** Is a stack of a hundred thousand frames and more shown whole? No list that long may be the arguments of a call. */
import { expect, test } from 'vitest';
import { compatPieces } from '../../src/render/compat.js';
import { renderJson } from '../../src/render/json.js';
import { renderText } from '../../src/render/text.js';
import type { Frame, Snapshot } from '../../src/snapshot.js';
import { nativeFrame, pythonFrame, snapshot, thread } from './samples.js';

/** Node.js takes about 120,000 arguments. */
const DEPTH = 150_000;

/** Every third one native. */
const frames = Array.from({ length: DEPTH }, (_, i): Frame => {
  const name = `f${i}_`;
  return i % 3 === 2
    ? nativeFrame({ symbol: name, rawSymbol: name })
    : pythonFrame({ function: name, qualname: name, source: null, line: i + 1 });
});
const DEEP = snapshot({ threads: [thread({ frames })] });

test.each<[string, (deep: Snapshot) => string]>([
  ['text', renderText],
  ['JSON', renderJson],
  ['compat', (deep) => [...compatPieces(deep)].join('')],
])('%s', (_, render) => {
  const shown = render(DEEP);
  for (const i of [0, 1, DEPTH - 2, DEPTH - 1]) expect(shown.includes(`f${i}_`), `frame ${i}`).toBe(true);
});
