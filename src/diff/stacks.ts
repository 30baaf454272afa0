/** Which stacks have more threads than before, or fewer? Over many processes, of one host or another. Pure. */
import type { Group, Groups } from '../many/groups/model.js';
import type { StackDifference } from './model.js';

/** Those that differ: the new ones first, then those that are gone, then by how much. And how many do not. */
export function stackDifferences(
  before: Groups,
  after: Groups,
  byLine: boolean,
): { readonly stacks: StackDifference[]; readonly unchanged: number } {
  const old = new Map(before.groups.map((group) => [keyOf(group, byLine), group]));
  const stacks: StackDifference[] = [];
  let unchanged = 0;
  for (const group of after.groups) {
    const key = keyOf(group, byLine);
    const was = old.get(key)?.threads ?? 0;
    old.delete(key);
    if (was === group.threads) unchanged++;
    else
      stacks.push({
        change: was === 0 ? 'new' : group.threads > was ? 'more' : 'fewer',
        before: was,
        after: group.threads,
        group,
      });
  }
  for (const group of old.values()) stacks.push({ change: 'gone', before: group.threads, after: 0, group });
  return { stacks: stacks.sort(byInterest), unchanged };
}

const ORDER: readonly StackDifference['change'][] = ['new', 'gone', 'more', 'fewer'];

function byInterest(a: StackDifference, b: StackDifference): number {
  const size = ({ before, after }: StackDifference) => Math.abs(after - before);
  return ORDER.indexOf(a.change) - ORDER.indexOf(b.change) || size(b) - size(a);
}

/** Groups of two sets are of the same stack if they go through the same functions of the same files. */
function keyOf({ stack }: Group, byLine: boolean): string {
  return stack
    .map(({ most, frames }) => {
      const calls = frames.map(({ kind, name, file, line }) => `${kind}\0${name}\0${file}${byLine ? `\0${line}` : ''}`);
      return `${most > 1 ? 'r' : ''}${calls.join('\n')}`;
    })
    .join('\n\n');
}
