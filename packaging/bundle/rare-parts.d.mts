import type { Plugin } from 'esbuild';

export function rareParts(root: string): Plugin;
