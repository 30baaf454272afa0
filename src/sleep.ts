/** How does a look wait, where nothing else is to be done meanwhile? By standing still itself. */

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** Blocks for `ms` milliseconds, which may be a fraction. */
export function sleep(ms: number): void {
  Atomics.wait(NEVER_WOKEN, 0, 0, ms);
}
