/** Is an object that is handed from call to call written once, and told by its name where it is met again? */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { grouped } from '../../src/many/groups/group.js';
import { setOf } from '../../src/many/looks/set-of.js';
import { compatPieces } from '../../src/render/compat.js';
import { processPage } from '../../src/render/html/page.js';
import { ShownValues } from '../../src/render/shown-values.js';
import { renderText } from '../../src/render/text.js';
import type { PythonFrame, Snapshot, Value, Variable } from '../../src/snapshot.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

/** Lines of variables of one call as they are written. */
function shownIn(text: string, call: string): Record<string, string> {
  const after = text.split(new RegExp(`, in ${call}\n`)).at(-1) ?? '';
  const lines = after.split(/\n {4}\(Python\)|\n\n/)[0]?.split('\n') ?? [];
  return Object.fromEntries(
    lines.map((line) => line.trim().split(/: (.*)/s)).map(([name, value]) => [name, value ?? '']),
  );
}

function valuesOf({ threads }: Snapshot, call: string): Record<string, Value> {
  const frames = threads.flatMap(({ frames }) => frames);
  const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === call);
  return Object.fromEntries(
    [...(frame?.arguments ?? []), ...(frame?.locals ?? [])].map(({ name, value }) => [name, value]),
  );
}

onEveryInterpreter('what was written above is not written again', (interpreter) =>
  withProgram(interpreter, 'handed_on.py', {}, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { locals: {} });
    const text = renderText(snapshot);
    const [other, module, run, handle] = ['other', '<module>', 'dispatch', 'handle'].map((call) => shownIn(text, call));
    // Each thread is read for itself.
    expect(other?.['config']).toContain("'the value of option 1'");
    expect(module?.['CONFIG']).toContain("'the value of option 1'");
    const at = 'at 0x[0-9a-f]+>$';
    expect(run?.['config']).toMatch(new RegExp(`^<the same dict as "CONFIG" of <module> above, ${at}`));
    expect(handle?.['settings']).toBe(run?.['config']);
    expect(handle?.['alias']).toBe(run?.['config']);
    expect(run?.['job']).toMatch(/^<__main__\.Job at 0x/);
    expect(handle?.['job']).toMatch(new RegExp(`^<the same __main__\\.Job as "job" of dispatch above, ${at}`));
    expect(handle?.['size']).toBe("'small'");
    expect(handle?.['again']).toContain("'option_1'");
    // For a program each value is whole, and says of which object it is.
    const [above, below] = [valuesOf(snapshot, 'dispatch'), valuesOf(snapshot, 'handle')];
    expect(below['settings']).toEqual(above['config']);
    expect(below['settings']?.repr).toContain("'the value of option 1'");
    expect(below['settings']?.address).toMatch(/^0x[0-9a-f]+$/);
    expect(below['size']?.address).toBe(undefined);
    // As the Python program writes it: each time.
    const compat = [...compatPieces(snapshot)].join('');
    expect(compat).not.toContain('<the same');
    expect(shownIn(compat, 'handle')['settings']).toContain("'the value of option 1'");
    const one = grouped(setOf(snapshot), { byLine: false });
    const options = { assets: { style: '', script: '' }, madeBy: '', isSecret: () => false, verbose: false };
    const page = [...processPage(snapshot, one, options as never)].join('');
    expect(page).toContain('&lt;the same dict as &quot;CONFIG&quot; of &lt;module> above, at 0x');
  }),
);

test('the same place with something else in it is written', () => {
  const frame = { function: 'f', qualname: null } as PythonFrame;
  const shown = new ShownValues();
  const text = (name: string, repr: string) => {
    const value: Value = { type: 'list', repr, truncated: false, redacted: false, address: '0x10' };
    return shown.text({ name, kind: 'local', value } satisfies Variable, frame);
  };
  expect(text('a', '[1]')).toBe('[1]');
  expect(text('b', '[<redacted>]')).toBe('[<redacted>]');
  expect(text('c', '[<redacted>]')).toBe('<the same list as "b" above, at 0x10>');
  expect(text('\u001b[1m', '[1]')).toBe('[1]');
});
