/** How do calls look whose threads are not known? As a thread's do, below a header that says where they are from. */
import type { LooseStack, Snapshot } from '../snapshot.js';
import { harmless } from './escape.js';
import type { Context } from './thread-text.js';

/** A paragraph for each. `isMore`: whether something stands above them. */
export function* looseText({ looseStacks = [] }: Snapshot, context: Context, isMore: boolean): Generator<string> {
  let separator = isMore ? '\n' : '';
  for (const [i, stack] of looseStacks.entries()) {
    yield `${separator}${linesOf(stack, i + 1, looseStacks.length, context).join('\n')}\n`;
    separator = '\n';
  }
}

function linesOf({ ending, frames }: LooseStack, number: number, count: number, context: Context): string[] {
  const lines = [`Found in memory, thread not known, ${number} of ${count} (most recent call last):`];
  context.frames.beginStack();
  for (const frame of frames) lines.push(context.frames.text(frame));
  if (ending.kind === 'truncated') {
    const why = harmless(ending.reason ?? 'the reason is not known');
    lines.push(`  ${context.palette.note(`* Outer frames are missing: ${why}`)}`);
  }
  return lines;
}
