/** For `define` of a bundler: the names of src/render/html/assets.ts. */
export function pageAssets(): Promise<{ readonly PAGE_SCRIPT: string; readonly PAGE_STYLE: string }>;
