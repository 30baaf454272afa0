/**
 * What of a Python that is newer than all that are known? It is tried, with a warning, where it describes itself in a way
 * that holds together, and refused with the reason where it does not. Shown on the memory of a real 3.15 that is made to
 * say that it is the next version.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { inspectCore } from '../../src/inspect-core.js';
import { DEBUG_TABLES } from '../../src/python/layouts/debug-tables.js';
import { NEWEST_KNOWN } from '../../src/python/layouts/index.js';

const NEWEST = `corefiles/segfault/${NEWEST_KNOWN}-static/core.gz`;
const folder = mkdtempSync(join(tmpdir(), 'pystack-next-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The core with other words in its table; `fields`: name in the table's order -> number. */
function forged(minor: number, fields: Readonly<Record<string, number>> = {}): string {
  const bytes = gunzipSync(readFileSync(NEWEST));
  const table = bytes.indexOf('xdebugpy', 0, 'latin1');
  expect(table).toBeGreaterThan(0);
  bytes.writeBigUInt64LE(BigInt(3 * 2 ** 24 + minor * 2 ** 16 + 0xf0), table + 8);
  const order = (DEBUG_TABLES.at(-1)?.sections ?? []).flatMap(([section, all]) =>
    all.map(([field]) => `${section}.${field}`),
  );
  for (const [name, value] of Object.entries(fields)) {
    const index = order.indexOf(name);
    expect(index, name).toBeGreaterThanOrEqual(0);
    bytes.writeBigUInt64LE(BigInt(value), table + 24 + 8 * index);
  }
  const file = join(folder, `${minor}-${Object.keys(fields).join()}.core`);
  writeFileSync(file, bytes);
  return file;
}

const newestMinor = Number(NEWEST_KNOWN.split('.')[1]);

test('the next version is tried, with a warning', async () => {
  const plain = await inspectCore(NEWEST, {});
  expect(plain.warnings.map(({ code }) => code)).not.toContain('version-untested');
  const next = await inspectCore(forged(newestMinor + 1), {});
  expect(next.python?.version).toBe(`3.${newestMinor + 1}.0`);
  expect(next.threads.map(({ frames }) => frames)).toEqual(plain.threads.map(({ frames }) => frames));
  const warning = next.warnings.find(({ code }) => code === 'version-untested');
  expect(warning?.message).toContain(`Python 3.${newestMinor + 1} is newer`);
});

test.each([
  // Says itself that it cannot be.
  [{ 'thread_state.interp': 2 ** 40 }, '_Py_DebugOffsets.thread_state.interp is 1099511627776'],
  // Is plausible, and leads nowhere.
  [{ 'thread_state.interp': 24 }, 'does not point back'],
])('it is refused with the reason where its table does not hold: %j', async (fields, reason) => {
  const refused = inspectCore(forged(newestMinor + 1, fields), {});
  await expect(refused).rejects.toMatchObject({ code: 'unsupported-version' });
  await expect(refused).rejects.toHaveProperty('details.cause', expect.stringContaining(reason));
});

test('two versions on, too much is another for a try', async () => {
  await expect(inspectCore(forged(newestMinor + 2), {})).rejects.toMatchObject({ code: 'unsupported-version' });
});
