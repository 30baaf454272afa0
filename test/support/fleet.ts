/** What does `pystack fleet` answer, and is the rank that never came the first thing on the screen? */
import { expect } from 'vitest';
import type { Group, Groups } from '../../src/many/groups/model.js';
import { type CommandResult, PYSTACK, runPystack } from './command.js';

export const innermost = ({ stack }: Group) => stack.at(-1)?.frames.at(-1)?.name;

/** With this checkout as the pystack over there. */
export function fleet(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return runPystack(['fleet', ...(args.includes('--send') ? [] : [`--pystack=${PYSTACK}`]), ...args], environment);
}

export async function fleetGroups(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Groups & Pick<CommandResult, 'code' | 'stderr'>> {
  // Hosts here share a machine, with whatever else it does.
  const patience = args.includes('--timeout') ? [] : ['--timeout', '150'];
  const { code, stdout, stderr } = await fleet([...args, ...patience, '--json'], environment);
  expect(stdout, stderr).toMatch(/^\{/);
  return { ...JSON.parse(stdout), code, stderr };
}

/** The one at `load_shard` first, with its rank; then all others at the barrier. */
export function expectOddFirst({ groups, jobs, counts }: Groups, { ranks, odd }: { ranks: number; odd: number }): void {
  expect(counts).toMatchObject({ processes: ranks, threads: ranks });
  const [first, second, ...others] = groups;
  expect(first && [innermost(first), first.threads, first.odd]).toEqual([
    'load_shard',
    1,
    { elsewhere: ranks - 1, of: ranks },
  ]);
  expect(first?.who[0]?.of.ranks[0]?.ranks).toEqual([[odd, odd]]);
  expect(second && [innermost(second), second.threads]).toEqual(['all_reduce', ranks - 1]);
  expect(others).toEqual([]);
  expect(jobs.map(({ ranks: its, size, missing }) => ({ its, size, missing }))).toEqual([
    { its: [[0, ranks - 1]], size: ranks, missing: [] },
  ]);
}
