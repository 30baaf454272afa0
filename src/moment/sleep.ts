/** How does a look wait for what it looks at? By standing still itself: between two passes nothing else is to be done. */

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** Blocks for `ms` milliseconds, which may be a fraction. */
export function sleep(ms: number): void {
  Atomics.wait(NEVER_WOKEN, 0, 0, ms);
}
