/** How do calls look on a page whose threads are not known? Each stack a block, as a thread's is. */
import type { LooseStack } from '../../snapshot.js';
import { harmless } from '../escape.js';
import type { ShortPaths } from '../paths.js';
import { At, Stack } from './frames.js';
import { Heading, type Level } from './heading.js';

export const LOOSE_TITLE = 'Found in memory, thread not known';

export function LooseItem({
  stack,
  number,
  paths,
  open,
  level,
}: {
  readonly stack: LooseStack;
  readonly number: number;
  readonly paths: ShortPaths;
  readonly open: boolean;
  readonly level: Level;
}) {
  const { frames, ending } = stack;
  const innermost = frames.at(-1);
  return (
    <li class="thread" data-item="">
      <details open={open}>
        <summary>
          <Heading level={level}>Stack {number}</Heading>{' '}
          {innermost !== undefined && <At frame={innermost} paths={paths} />}
        </summary>
        {ending.kind === 'truncated' && (
          <ul class="notes">
            <li>Outer frames are missing: {harmless(ending.reason ?? 'the reason is not known')}</li>
          </ul>
        )}
        <Stack frames={frames} paths={paths} />
      </details>
    </li>
  );
}
