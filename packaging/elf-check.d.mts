import type { Target } from './targets.mjs';

/** See elf-check.mjs. */
export function checkAddon(file: string, target: Target): { needed: string[]; glibc: string | null };
export function newestGlibc(versions: readonly string[]): string | null;
