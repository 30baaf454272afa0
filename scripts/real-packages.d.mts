/** See real-packages.mjs. */
export function realPython(base?: string): string | null;
