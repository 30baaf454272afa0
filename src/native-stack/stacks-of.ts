/** Where do the native stacks of a process come from? From what was recorded of it, else from what is copied while it runs. */
import type { InspectSettings } from '../options.js';
import type { StackNeed } from '../process/native.js';
import type { Process } from '../process/process.js';
import type { Layout } from '../python/layouts/layout.js';
import { CoreStacks } from './core-stacks.js';
import { type LiveCopy, LiveStacks } from './live-stacks.js';
import { type NativeStack, stackOptions } from './native-stacks.js';

export interface StackSource {
  /** What must be copied of a thread beside this to follow its stack further; null: nothing that would help. */
  needOf(copied: LiveCopy): StackNeed | null;
  /** A reason, in words, where it cannot be followed at all. */
  stackOf(tid: number, copied: LiveCopy | null): NativeStack | string;
  /** Paths of mapped files that are not to be had any more, where that is not told otherwise. */
  lostFiles(): string[];
  /** What was wrong with mapped files that stacks led through: that may be why one ends. */
  problems(): { path: string; problem: string }[];
  /** Lets go of the files and tables that were needed, tens of MiB. Nothing may be asked after. */
  close(): void;
}

type Settings = Pick<InspectSettings, 'demangle' | 'debuginfod' | 'progress' | 'mode'>;

/**
 * Whatever goes wrong with a native stack afterwards is told in its place: the Python stack is not to be lost with it. Throws
 * PystackError `addon-missing` where libdw is not installed.
 */
export function stacksOf(
  process: Process,
  located: { readonly library: string | null; readonly layout: Layout } | null,
  settings: Settings,
): StackSource {
  return apart(sourceOf(process, located, settings));
}

/** `source`, of which a failure is a reason. */
export function apart(source: StackSource): StackSource {
  const said = (error: unknown) =>
    `something unexpected happened: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  return {
    ...source,
    needOf: (copied) => {
      try {
        return source.needOf(copied);
      } catch {
        // It comes again where the stack is asked for, and is told there.
        return null;
      }
    },
    stackOf: (tid, copied) => {
      try {
        return source.stackOf(tid, copied);
      } catch (error) {
        return said(error);
      }
    },
  };
}

function sourceOf(
  process: Process,
  located: { readonly library: string | null; readonly layout: Layout } | null,
  settings: Settings,
): StackSource {
  const options = stackOptions(settings, located);
  const recorded = process.postMortem();
  if (recorded) {
    // Another machine's debug information lies with its files.
    const debugRoots = process.root === null ? {} : { debugRoots: [`${process.root}/usr/lib/debug`, '/usr/lib/debug'] };
    const stacks = new CoreStacks(process, recorded, { ...options, ...debugRoots });
    return {
      needOf: () => null,
      stackOf: (tid) => stacks.stackOf(tid) ?? 'the core does not hold its registers',
      lostFiles: () => [],
      problems: () => stacks.problems(),
      close: () => stacks.close(),
    };
  }
  const stacks = new LiveStacks(process, options);
  const mayStop = settings.mode === 'blocking';
  const moved = mayStop ? 'it could not be copied' : 'it was running, and no thread was to be stopped';
  return {
    needOf: (copied) => {
      const need = stacks.needOf(copied);
      return need?.kind === 'registers' && !mayStop ? null : need;
    },
    stackOf: (_, copied) => (copied ? stacks.stackOf(copied) : moved),
    lostFiles: () => stacks.lostFiles(),
    problems: () => stacks.problems(),
    close: () => stacks.close(),
  };
}
