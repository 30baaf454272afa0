/** Is what the command prints the same picture, in the shape that eyes and scripts know, and safe to print? */
import { expect } from 'vitest';
import { runPystack } from '../support/command.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const FLAGS = { blocking: [], 'non-blocking': ['--no-block'] } as const;

onEveryInterpreter('text has every thread and every frame', (interpreter) =>
  withProgram(interpreter, 'callbacks.py', {}, async (program) => {
    const qualified = interpreter.version.minor >= 11;
    for (const mode of MODES) {
      const { code, stdout, stderr } = await runPystack(['remote', ...FLAGS[mode], `${program.pid}`]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const told = (program.ready.threads ?? []).map(({ name, frames }) => ({
        name,
        frames: frames.map(([name, qualname, file, line]) => {
          return `    (Python) File "${file}", line ${line}, in ${qualified ? qualname : name}`;
        }),
      }));
      const seen = stdout
        .trimEnd()
        .split('\n\n')
        .map((block) => ({
          name: /^Traceback for thread \d+ \((.*)\) \[.*\] \(most recent call last\):$/m.exec(block)?.[1],
          frames: block.split('\n').filter((line) => line.startsWith('    (Python) ')),
        }));
      expect(seen).toEqual(told);
    }
  }),
);

onEveryInterpreter('JSON is one document, the same as the library gives', (interpreter) =>
  withProgram(interpreter, 'names.py', {}, async (program) => {
    const { code, stdout } = await runPystack(['remote', '--json', `${program.pid}`]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ schemaVersion: 1, pid: program.pid, complete: true });
    const names = document.threads.map((thread: { name: string }) => thread.name);
    expect(names).toEqual(program.ready.threads?.map((thread) => thread.name));
  }),
);

onEveryInterpreter('nothing of a hostile name reaches the terminal as it is', (interpreter) =>
  withProgram(interpreter, 'hostile_names.py', {}, async (program) => {
    const { code, stdout } = await runPystack(['remote', `${program.pid}`]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(HARMFUL);
    // A line end in a name must not make a line that looks like a frame or a thread.
    expect(stdout).not.toMatch(/^ {4}\(Python\) File "\/etc\/passwd"/m);
    expect(stdout.match(/^Traceback for thread /gm)?.length).toBe(program.ready.threads?.length);
  }),
);

/** Control characters but the line end, direction overrides and isolates, line separators, invisible characters. */
const HARMFUL = /[^\P{Cc}\n]|[\u200b\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/u;
