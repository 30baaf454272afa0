/** What is printed, and with which exit code, where several processes or cores are looked at? */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, test } from 'vitest';
import type { Pipeline } from '../../src/cli/pipeline.js';
import { PystackError } from '../../src/errors.js';
import type { Snapshot } from '../../src/snapshot.js';
import { coreSnapshot, snapshot } from '../render/samples.js';
import { runCli } from './world.js';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** Answers for each process by its id; what is not in it has ended. */
function pipelineOf(answers: Record<string, Snapshot | Error>): Pipeline {
  const answer = (what: unknown) => {
    const found = answers[String(what)];
    if (found instanceof Error) throw found;
    if (found) return found;
    throw new PystackError('process-exited', `process ${what} ended\nmeanwhile\u001b[2J`);
  };
  const nobody = () => Promise.reject(new Error('not here'));
  return { openProcess: nobody, inspectProcess: answer, inspectCore: answer, snapshotProcess: nobody };
}

const run = (argv: string[], answers: Record<string, Snapshot | Error>) =>
  runCli(argv, snapshot(), { pipeline: pipelineOf(answers) });
const of = (pid: number, fields: Partial<Snapshot> = {}) => snapshot({ pid, ...fields });

const folder = mkdtempSync(join(tmpdir(), 'pystack-many-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('text', () => {
  test('each is shown under a line that says whose it is', async () => {
    const { code, stdout, stderr } = await run(['remote', '1', '2'], {
      1: of(1),
      2: of(2, { commandLine: ['a\u001b[2J', 'x'.repeat(300)] }),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const headings = stdout.split('\n').filter((line) => line.startsWith('Process'));
    expect(headings).toEqual(['Process 1: python3 app.py', `Process 2: a\\x1b[2J ${'x'.repeat(114)}…`]);
    expect(stdout.match(/Traceback for thread 112/g)).toHaveLength(2);
  });

  test('one that cannot be read is a line, and the others are shown', async () => {
    const refused = new PystackError('permission', 'process 3 may not be read', { cause: 'no.', nextStep: 'sudo' });
    const { code, stdout, stderr } = await run(['remote', '1', '2', '3', '4'], { 1: of(1), 3: refused, 4: of(4) });
    expect(code).toBe(3);
    expect(stdout).toMatch(/Process 1[\s\S]*Process 4/);
    expect(stderr).toBe(
      'pystack: process 2: process 2 ended meanwhile\\x1b[2J (process-exited)\n' +
        'pystack: process 3: process 3 may not be read (permission)\n' +
        'pystack: 2 of 4 could not be shown\n' +
        'process-exited: Nothing is wrong with it because of this; look at its successor if there is one.\n' +
        'permission: no. Next step: sudo\n',
    );
  });

  test('nothing at all: exit code 1', async () => {
    const { code, stdout } = await run(['remote', '1', '2'], {});
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('incomplete ones are named with what they lack', async () => {
    const lacking = of(2, {
      complete: false,
      warnings: [{ code: 'thread-inconsistent', message: 'thread 7 has ended' }],
    });
    const { code, stderr } = await run(['remote', '1', '2', '3'], {
      1: of(1),
      2: lacking,
      3: of(3, { complete: false }),
    });
    expect(code).toBe(3);
    expect(stderr).toBe(
      'pystack: warning: process 2: thread 7 has ended (thread-inconsistent)\n' +
        'pystack: warning: process 3: the result is incomplete\n',
    );
  });

  test('a fault of ours in one is told, and the others are shown', async () => {
    const { code, stdout, stderr } = await run(['remote', '-vv', '1', '2'], { 1: new TypeError('x.y'), 2: of(2) });
    expect({ code, shown: stdout.includes('Process 2') }).toEqual({ code: 3, shown: true });
    expect(stderr).toContain('something unexpected happened: TypeError: x.y (internal)');
    expect(stderr).toMatch(/ {2} +at /);
  });

  test('progress is told on a terminal, and nothing of it stays', async () => {
    let now = 0;
    const { stderr } = await runCli(['remote', '1', '2', '3'], snapshot(), {
      pipeline: pipelineOf({ 1: of(1), 2: of(2), 3: of(3) }),
      world: { stderrIsTerminal: async () => true, now: () => (now += 600) },
    });
    expect(stderr).toContain('looking at 2 of 3: process 2');
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  test('a reader who has gone ends it', async () => {
    const seen: number[] = [];
    const inspectProcess = (pid: number) => {
      seen.push(pid);
      return of(pid);
    };
    await runCli(['remote', '1', '2', '3'], snapshot(), {
      pipeline: { ...pipelineOf({}), inspectProcess },
      world: { stdout: { write: () => false } },
    });
    expect(seen).toEqual([1]);
  });
});

describe('JSON', () => {
  const schema = JSON.parse(readFileSync(path('schema/processes.schema.json'), 'utf8'));
  const validate = new Ajv({ strict: false }).compile(schema);

  test('one document, with what could not be shown, as its schema says', async () => {
    const { code, stdout } = await run(['remote', '--json', '1', '2'], { 1: of(1) });
    const document = JSON.parse(stdout);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document).toMatchObject({ schemaVersion: 1, kind: 'processes', findings: [], complete: false });
    expect(document.processes[0]).toEqual({ pid: 1, core: null, snapshot: of(1), error: null });
    expect(document.processes[1]).toMatchObject({
      pid: 2,
      snapshot: null,
      error: { code: 'process-exited', cause: null },
    });
    expect(code).toBe(3);
    expect(stdout.trimEnd().split('\n')).toHaveLength(10);
  });

  test('of nothing it is a document, too', async () => {
    const { code, stdout } = await run(['remote', '--json', '1', '2'], {});
    expect(code).toBe(1);
    expect(validate(JSON.parse(stdout))).toBe(true);
    expect(JSON.parse(stdout).complete).toBe(false);
  });

  test('a line for each', async () => {
    const { stdout } = await run(['remote', '--jsonl', '1', '2'], { 1: of(1), 2: of(2) });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([1, 2].map((pid) => ({ pid, core: null, snapshot: of(pid), error: null })));
  });

  test('one process by its id is the one document that it was', async () => {
    const { stdout } = await run(['remote', '--json', '1'], { 1: of(1) });
    expect(JSON.parse(stdout)).toEqual(of(1));
    const lines = await run(['remote', '--jsonl', '1'], { 1: of(1) });
    expect(JSON.parse(lines.stdout)).toMatchObject({ pid: 1, snapshot: { pid: 1 } });
  });

  test('is what the types say (if not: node scripts/generate-schema.mjs)', () => {
    const script = path('scripts/generate-schema.mjs');
    const current = execFileSync(process.execPath, [script, '--stdout', 'processes'], { encoding: 'utf8' });
    expect(current).toBe(readFileSync(path('schema/processes.schema.json'), 'utf8'));
  });
});

describe('cores', () => {
  const core = (name: string) => {
    const file = join(folder, name);
    const bytes = Buffer.alloc(64);
    bytes.write('\x7fELF', 'latin1');
    bytes[16] = 4;
    writeFileSync(file, bytes);
    return file;
  };
  const [first, second] = [core('core.1'), core('core.2')];
  const program = join(folder, 'python3');
  writeFileSync(program, Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(12), Buffer.from([2, 0])]));
  writeFileSync(join(folder, 'notes.txt'), 'no core');

  test('two cores are two, a core and a program one', async () => {
    const answers = { [first]: coreSnapshot({ path: first }), [second]: coreSnapshot({ path: second }) };
    const two = await run(['core', first, second], answers);
    expect(two.stdout.split('\n').filter((line) => line.startsWith(folder))).toEqual([
      `${first} (process 100): python3 app.py`,
      `${second} (process 100): python3 app.py`,
    ]);
    expect((await run(['core', first, program], answers)).stdout).not.toContain(`${first} (process`);
  });

  test('of a folder all cores in it', async () => {
    const { code, stdout, stderr } = await run(['core', '--jsonl', folder], { [second]: coreSnapshot() });
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect({ code, told: stderr.includes(`1 of 2 could not be shown`) }).toEqual({ code: 3, told: true });
  });

  test('of a folder without any an error', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    const { code, stderr } = await run(['core', empty], {});
    expect({ code, told: stderr.includes('there is no core file in the folder') }).toEqual({ code: 1, told: true });
  });
});
