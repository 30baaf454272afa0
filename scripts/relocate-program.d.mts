/** See relocate-program.mjs. */
export function relocateProgram(file: string, loader: string, libraries: string): void;
