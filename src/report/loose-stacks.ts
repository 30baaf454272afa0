/** How do calls come into the document whose threads are not known? Apart from the threads, and with a warning. */
import type { CapturedProcess } from '../moment/captured.js';
import type { LooseStack, Warning } from '../snapshot.js';
import { thousands } from '../thousands.js';
import type { FrameDescriber } from './frames.js';

export function describeLoose(
  loose: CapturedProcess['loose'],
  describer: FrameDescriber,
): { stacks: LooseStack[]; warnings: Warning[] } {
  if (!loose) return { stacks: [], warnings: [] };
  const stacks = loose.stacks.map((stack): LooseStack => {
    const frames = describer.describe(stack, null);
    return { foundBy: 'code-type', ending: stack.ending, frames };
  });
  const warnings: Warning[] = [];
  if (stacks.length > 0) {
    const count = stacks.reduce((sum, { frames }) => sum + frames.length, 0);
    const what = `${thousands(count)} ${count === 1 ? 'frame' : 'frames'} in ${thousands(stacks.length)} ${stacks.length === 1 ? 'stack' : 'stacks'}`;
    const message = `states of threads are lost: ${what} were found in memory, and whose they are is not known`;
    warnings.push({ code: 'interpreter-unreadable', message });
  }
  if (loose.isCutShort) {
    const message = 'the search of memory for frames was cut short: there may be more of them';
    warnings.push({ code: 'interpreter-unreadable', message });
  }
  return { stacks, warnings };
}
