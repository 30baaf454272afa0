/** See cache-folder.mjs. */
export const CACHE: string;
