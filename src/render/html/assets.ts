/** What does a page bring along beside its content? Its script and its style, which the build puts in as text. */

/** `src/render/html/client/main.ts`, bundled (packaging/bundle/page-assets.mjs). */
declare const PAGE_SCRIPT: string;
/** `src/render/html/style.css`, minified. */
declare const PAGE_STYLE: string;

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export const ASSETS: PageAssets = { script: PAGE_SCRIPT, style: PAGE_STYLE };
