import type { Target } from './targets.mjs';

/** See addons.mjs. */
export function builtAddons(target: Target): string | null;
