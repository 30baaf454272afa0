import type { BuildOptions } from 'esbuild';

export function programInChunks(options: BuildOptions & { entryPoints: [string]; target: string }): Promise<string>;
