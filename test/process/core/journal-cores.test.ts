/**
 * Are cores found that systemd keeps in its journal? With a program that says what coredumpctl 252 says, and, where they
 * are installed, with coredumpctl itself and a journal made for it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inspectCore } from '../../../src/inspect-core.js';
import { COREDUMPCTL, decodeList, journalCores, takeOut } from '../../../src/process/core/journal-cores.js';
import { newestKept } from '../../../src/process/core/systemd.js';
import { withFolder } from '../../support/cores.js';

const CORE = gunzipSync(
  readFileSync(fileURLToPath(new URL('../../../corefiles/segfault/3.12/core.gz', import.meta.url))),
);

/** As it was printed, of a journal with a core, one of whose file is gone, a truncated one, none, and a newer one of 100. */
const LIST =
  '[{"time":1764000000123456,"pid":100,"uid":0,"gid":0,"sig":11,"corefile":"journal","exe":"/usr/bin/python3.11","size":null},' +
  '{"time":1764000001123456,"pid":200,"uid":0,"gid":0,"sig":11,"corefile":"missing","exe":"/opt/bin/python3.12","size":null},' +
  '{"time":1764000002123456,"pid":300,"uid":0,"gid":0,"sig":11,"corefile":"truncated","exe":"/opt/bin/app","size":null},' +
  '{"time":1764000003123456,"pid":400,"uid":0,"gid":0,"sig":11,"corefile":"none","exe":"/usr/bin/python3.11","size":null},' +
  '{"time":1764000003523456,"pid":500,"uid":0,"gid":0,"sig":11,"corefile":"truncated","exe":"/usr/bin/app","size":4096},' +
  '{"time":1764000004123456,"pid":100,"uid":0,"gid":0,"sig":11,"corefile":"journal","exe":"/usr/bin/python3.11","size":null}]\n';

const NEWEST = { pid: 100, program: '/usr/bin/python3.11', time: 1764000004123456 };
const CUT = { pid: 300, program: '/opt/bin/app', time: 1764000002123456 };

test('what is in the journal, the newest first', () => {
  expect(decodeList(LIST)).toEqual([NEWEST, CUT]);
  for (const odd of ['', 'No coredumps found.', '{}', '[1, null, {"pid":"x"}]']) expect(decodeList(odd)).toEqual([]);
});

test('the newest of the journal and of the files', () =>
  withFolder((folder) => {
    expect(newestKept(null, [NEWEST, CUT], folder)).toEqual(NEWEST);
    expect(newestKept('app', [NEWEST, CUT], folder)).toEqual(CUT);
    const file = join(folder, `core.app.0.${'0'.repeat(32)}.7.1764000003000000`);
    writeFileSync(file, '');
    expect(newestKept('app', [NEWEST, CUT], folder)).toBe(file);
    expect(newestKept(null, [NEWEST, CUT], folder)).toEqual(NEWEST);
    expect(newestKept('7', [NEWEST, CUT], folder)).toBe(file);
    expect(() => newestKept('ruby', [NEWEST, CUT], folder)).toThrow(
      expect.objectContaining({ code: 'no-coredump-storage' }),
    );
  }));

/** A program that says what coredumpctl says, of {@link LIST} and one core. */
function standIn(folder: string): string {
  const [list, core, program] = ['list.json', 'core', 'coredumpctl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(list, LIST);
  writeFileSync(core, CORE);
  const script = `#!/bin/sh
case "$*" in
  "--quiet --no-pager --json=short list") cat '${list}' ;;
  "--quiet dump COREDUMP_PID=100 COREDUMP_EXE=/usr/bin/python3.11") echo '           PID: 100 (python3.11)' >&2; cat '${core}' ;;
  *) echo '           PID: 300 (app)' >&2; echo 'Cannot retrieve coredump from journal or disk.' >&2; exit 1 ;;
esac
`;
  writeFileSync(program, script, { mode: 0o755 });
  return program;
}

test('a core is taken out, or it is said why not', () =>
  withFolder(async (folder) => {
    const program = standIn(folder);
    expect(journalCores(program)).toEqual([NEWEST, CUT]);
    const source = await takeOut(NEWEST, [folder], program);
    try {
      expect(Buffer.compare(source.read(0, source.size), CORE)).toBe(0);
    } finally {
      source.close();
    }
    await expect(takeOut(CUT, [folder], program)).rejects.toMatchObject({
      code: 'file-unreadable',
      details: { cause: 'Cannot retrieve coredump from journal or disk.' },
    });
  }));

test('without systemd there are none', () => {
  expect(journalCores('/nowhere/coredumpctl')).toEqual([]);
});

test('what is asked for by --systemd is what the journal has', () =>
  withFolder(async (folder) => {
    standIn(folder);
    const path = process.env['PATH'];
    process.env['PATH'] = `${folder}:${path}`;
    try {
      const snapshot = await inspectCore({ systemd: 'python3.11' });
      expect(snapshot.core?.path).toBe('core of process 100 (python3.11) in the journal');
      expect(snapshot.threads.length).toBeGreaterThan(0);
    } finally {
      process.env['PATH'] = path;
    }
  }));

const REMOTE = '/lib/systemd/systemd-journal-remote';
const isHere = [COREDUMPCTL, REMOTE].every((program) => spawnSync(program, ['--version']).status === 0);

describe.skipIf(!isHere)('coredumpctl itself', () => {
  test('lists and gives out what is in a journal', () =>
    withFolder(async (folder) => {
      const exported = join(folder, 'export');
      writeFileSync(exported, Buffer.concat([entry(0, 'python3', CORE), entry(1, 'app', CORE.subarray(0, 100_000))]));
      const journal = join(folder, 'system.journal');
      expect(spawnSync(REMOTE, ['-o', journal, exported]).status).toBe(0);
      const program = join(folder, 'coredumpctl');
      writeFileSync(program, `#!/bin/sh\nexec ${COREDUMPCTL} --file='${journal}' "$@"\n`, { mode: 0o755 });
      const cores = journalCores(program);
      expect(cores.map(({ pid, program: of }) => [pid, of])).toEqual([
        [101, '/usr/bin/app'],
        [100, '/usr/bin/python3'],
      ]);
      for (const [i, size] of [100_000, CORE.length].entries()) {
        const core = cores[i];
        if (!core) throw new Error('a core is missing');
        const source = await takeOut(core, [folder], program);
        expect(Buffer.compare(source.read(0, source.size), CORE.subarray(0, size))).toBe(0);
        source.close();
      }
    }));
});

/** An entry as systemd-coredump makes it, in the journal's export format. https://systemd.io/JOURNAL_EXPORT_FORMATS/ */
function entry(n: number, comm: string, core: Uint8Array): Buffer {
  const time = 1764000000123456 + n * 1_000_000;
  const fields = {
    __REALTIME_TIMESTAMP: time,
    __MONOTONIC_TIMESTAMP: 1000 + n,
    _BOOT_ID: `${'0'.repeat(31)}1`,
    MESSAGE_ID: 'fc2e22bc6ee647b6b90729ab34a250b1',
    MESSAGE: `Process ${100 + n} (${comm}) dumped core.`,
    COREDUMP_PID: 100 + n,
    COREDUMP_UID: 0,
    COREDUMP_GID: 0,
    COREDUMP_SIGNAL: 11,
    COREDUMP_EXE: `/usr/bin/${comm}`,
    COREDUMP_COMM: comm,
    COREDUMP_TIMESTAMP: time,
  };
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(core.length));
  const text = Object.entries(fields).map(([name, value]) => `${name}=${value}\n`);
  return Buffer.concat([Buffer.from(`${text.join('')}COREDUMP\n`), size, core, Buffer.from('\n\n')]);
}
