/** A world for runs of the command line that ends at two strings, and a pipeline that answers with what it is given. */
import type { Pipeline } from '../../src/cli/pipeline.js';
import { run } from '../../src/cli/run.js';
import type { World } from '../../src/cli/world.js';
import type { CoreOptions, CoreSource, InspectOptions } from '../../src/options.js';
import type { Snapshot } from '../../src/snapshot.js';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  asked: { what: number | CoreSource; options: InspectOptions | CoreOptions }[];
}

export async function runCli(
  argv: string[],
  answer: Snapshot | (() => Snapshot),
  options: { world?: Partial<World>; pipeline?: Pipeline } = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const asked: Outcome['asked'] = [];
  const give = () => (typeof answer === 'function' ? answer() : answer);
  const pipeline: Pipeline = {
    openProcess: () => Promise.reject(new Error('nobody watches here')),
    inspectProcess(what, given) {
      asked.push({ what, options: given });
      given.log?.(1, 'found it');
      given.log?.(2, 'a step');
      return give();
    },
    inspectCore(what, given) {
      asked.push({ what, options: given });
      return give();
    },
    snapshotProcess(what, path, given) {
      asked.push({ what, options: given });
      return { path, bytes: 4711, snapshot: give() };
    },
  };
  const world: World = {
    stdout: {
      write(text) {
        stdout += text;
        return true;
      },
    },
    stderr: {
      write(text) {
        stderr += text;
        return true;
      },
    },
    stdoutIsTerminal: async () => false,
    stderrIsTerminal: async () => false,
    columns: () => null,
    env: {},
    now: () => 12.5,
    cpuMs: () => 3,
    peakMemoryMiB: () => 42,
    platform: () => 'test platform',
    rows: () => null,
    pid: 4242,
    interruption: () => new AbortController().signal,
    ...options.world,
  };
  const code = await run(argv, world, options.pipeline ?? pipeline);
  return { code, stdout, stderr, asked };
}
