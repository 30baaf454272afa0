/** How does the tree of calls look on a page? A list in a list where ways part; calls that all of them make are one block. */
import type { TreeNode } from '../../many/groups/tree.js';
import { shortCall } from '../groups-text.js';
import { count, placesText, type Whereabouts } from '../places-text.js';

/** Lists in lists: deeper ones are flat in some browsers, and nobody reads them. */
const MOST_DEPTH = 60;
/** Branches at one place, and on the page as a whole. */
const MOST_CHILDREN = 100;
const MOST_NODES = 3000;
/** Branches of at most this many threads are closed at first, where there are many. */
const OPEN_DEPTH = 3;

/** Counts what is on the page. */
interface Budget {
  nodes: number;
}

export function Tree({ root, where }: { readonly root: TreeNode; readonly where: Whereabouts }) {
  return <Branches nodes={root.children} where={where} depth={0} budget={{ nodes: MOST_NODES }} />;
}

interface BranchesProps {
  readonly nodes: readonly TreeNode[];
  readonly where: Whereabouts;
  readonly depth: number;
  readonly budget: Budget;
}

function Branches({ nodes, where, depth, budget }: BranchesProps) {
  if (depth >= MOST_DEPTH || budget.nodes <= 0) return <p class="none">… and what they call</p>;
  const shown = nodes.slice(0, MOST_CHILDREN);
  budget.nodes -= shown.length;
  const left = nodes.length - shown.length;
  return (
    <ul class="tree">
      {shown.map((node, i) => (
        <Branch key={i} node={node} where={where} depth={depth} budget={budget} />
      ))}
      {left > 0 && <li class="left">… and {count(left)} more ways</li>}
    </ul>
  );
}

type BranchProps = Omit<BranchesProps, 'nodes'> & { readonly node: TreeNode };

function Branch({ node, where, depth, budget }: BranchProps) {
  const calls = [node];
  let last = node;
  // As long as all of them go on the same way.
  for (;;) {
    const [only] = last.children;
    if (only === undefined || last.children.length > 1 || only.threads < last.threads) break;
    calls.push(only);
    last = only;
  }
  const ended = last.threads - last.children.reduce((sum, { threads }) => sum + threads, 0);
  const head = (
    <>
      <strong>{count(node.threads)}</strong> <small>{placesText(node.of, where)}</small>{' '}
      {calls.map((call, i) => (
        <span key={i} class="call">
          {call.frame === null ? '' : shortCall(call.frame)}
          {call.rounds > 1 && ` × ${count(call.rounds)}`}
        </span>
      ))}
    </>
  );
  if (last.children.length === 0) {
    return (
      <li data-item="" data-tree="" tabIndex={-1}>
        {head}
      </li>
    );
  }
  return (
    <li data-item="" data-tree="">
      <details open={depth < OPEN_DEPTH}>
        <summary>{head}</summary>
        {ended > 0 && <p class="none">{count(ended)} end here</p>}
        <Branches nodes={last.children} where={where} depth={depth + 1} budget={budget} />
      </details>
    </li>
  );
}
