/**
 * Is an exception told that is on its way, which nobody handles yet? Python has it only between two instructions, so C code
 * raises it and sleeps before it returns.
 */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import type { Snapshot } from '../../src/snapshot.js';
import { lacking, Workshop } from '../native-stack/c-programs.js';
import { gcore, noGcore, withFolder } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const SOURCE = `
#include <unistd.h>
extern void PyErr_SetString(void *type, const char *message);
void raise_and_sleep(void *type, const char *message) { PyErr_SetString(type, message); sleep(600); }
`;

const workshop = new Workshop();
afterAll(() => workshop.close());

const MESSAGE = 'no answer from postgres://me:<redacted>@db/shop';

function told({ threads }: Snapshot) {
  return threads[0]?.exceptions?.map(({ state, exception: { type, message, redacted, context } }) => ({
    state,
    type: lastName(type),
    message,
    redacted,
    context: lastName(context?.type ?? null),
  }));
}

function lastName(type: string | null): string | null {
  return type === null ? null : type.slice(type.lastIndexOf('.') + 1);
}

function withoutContext<T>(one: T): T & { context: null } {
  return { ...one, context: null };
}

describe.skipIf(lacking('cc') !== '')('an exception that is on its way', () => {
  test.each(findInterpreters().map((each) => [each.label, each] as const))('%s', async (_, interpreter) => {
    const library = workshop.build('cc', 'raising.so', SOURCE, '-shared', '-fPIC');
    const options = { args: [library] };
    await withProgram(interpreter, 'raised.py', options, async ({ pid }) => {
      const raised = { state: 'raised', type: 'RuntimeError', message: MESSAGE, redacted: true };
      const handled = { state: 'handled', type: 'KeyError', message: "'missing'", redacted: false };
      // Since 3.0 what is handled is its context, and told as such.
      const isLinked = interpreter.version.major === 3;
      const wanted = isLinked ? [{ ...raised, context: 'KeyError' }] : [raised, handled].map(withoutContext);
      for (const mode of MODES) {
        const snapshot = await inspectProcess(pid, { mode });
        expect(told(snapshot), mode).toEqual(wanted);
        expect(JSON.stringify(snapshot.threads.map(({ exceptions }) => exceptions))).not.toContain('hunter2@');
      }
      await withFolder(async (folder) => {
        const kept = join(folder, 'kept');
        await snapshotProcess(pid, kept);
        expect(told(await inspectCore(kept)), 'snapshot').toEqual(wanted);
        if (noGcore === null) expect(told(await inspectCore(gcore(pid, folder))), 'core').toEqual(wanted);
      });
    });
  });
});
