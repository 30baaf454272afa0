/** How does the tree of calls look as text? Calls below each other; where ways part, who goes along each. */
import type { Groups } from '../many/groups/model.js';
import { type TreeNode, treeOf } from '../many/groups/tree.js';
import { shortCall, summaryLines, whereaboutsOf } from './groups-text.js';
import { type Palette, PLAIN } from './palette.js';
import { count, placesText } from './places-text.js';

/** A node that is to be written, and what stands before it. */
interface Pending {
  readonly node: TreeNode;
  /** Before its first line. */
  readonly lead: string;
  /** Before all that is below it. */
  readonly below: string;
  /** Whether it begins a way of its own. */
  readonly parts: boolean;
}

export function* treeText(groups: Groups, palette: Palette = PLAIN): Generator<string> {
  const where = whereaboutsOf(groups);
  yield `${summaryLines(groups, palette).join('\n')}\n\n`;
  // A list of what is to be done instead of recursion: stacks may be deep.
  const pending: Pending[] = branches(treeOf(groups), '').reverse();
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, lead, below, parts } = next;
    const rounds = node.rounds > 1 ? palette.faint(` × ${count(node.rounds)}`) : '';
    const call = node.frame === null ? '' : palette.python(shortCall(node.frame));
    const who = parts ? `${palette.name(count(node.threads))} ${palette.faint(placesText(node.of, where))} ` : '';
    yield `${lead}${who}${call}${rounds}\n`;
    const ended = node.threads - node.children.reduce((sum, { threads }) => sum + threads, 0);
    if (ended > 0 && node.children.length > 0) yield `${below}├─ ${palette.name(count(ended))} end here\n`;
    const [only] = node.children;
    if (only && node.children.length === 1 && ended === 0)
      pending.push({ node: only, lead: below, below, parts: false });
    else for (const branch of branches(node, below).reverse()) pending.push(branch);
  }
}

function branches({ children }: TreeNode, below: string): Pending[] {
  return children.map((node, i): Pending => {
    const isLast = i === children.length - 1;
    const lead = `${below}${isLast ? '└─' : '├─'} `;
    return { node, lead, below: `${below}${isLast ? '   ' : '│  '}`, parts: true };
  });
}
