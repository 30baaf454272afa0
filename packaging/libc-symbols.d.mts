import type { Target } from './targets.mjs';

/** See libc-symbols.mjs. */
export function libcSymbols(target: Target): Set<string>;
export function glibcSymbols(bytes: Buffer, architecture: string, newest: string): Set<string>;
