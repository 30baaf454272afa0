/** See downloads.mjs. */
export function compilerIsHere(): boolean;
