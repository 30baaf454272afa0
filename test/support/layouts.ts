/** Which layouts do tests draw by? Those from 3.7 on, whose members are all there. */
import type { GcLayout, GilLayout, Layout } from '../../src/python/layouts/layout.js';

type Parts = '_PyRuntimeState' | 'PyInterpreterState' | 'PyThreadState' | 'PyUnicodeObject' | 'gil' | 'gc';

/** A layout that has a `_PyRuntime`. */
export interface RuntimeLayout extends Omit<Layout, Parts> {
  readonly _PyRuntimeState: Layout['_PyRuntimeState'] & {
    readonly 'interpreters.main': number;
    readonly finalizing: number;
  };
  readonly PyInterpreterState: Layout['PyInterpreterState'] & { readonly id: number };
  readonly PyThreadState: Layout['PyThreadState'] & { readonly prev: number; readonly id: number };
  readonly PyUnicodeObject: NonNullable<Layout['PyUnicodeObject']>;
  readonly gil: Extract<GilLayout, { fields: unknown }>;
  readonly gc: Extract<GcLayout, { collecting: number }>;
}

/** `layout`, which must be of 3.7 or newer. */
export function withRuntime(layout: Layout | null): RuntimeLayout {
  if (layout === null || layout.root.kind !== '_PyRuntime')
    throw new Error(`no row with a _PyRuntime: ${layout?.version}`);
  return layout as RuntimeLayout;
}
