/**
 * What stands around the content of a page? The head, whose policy lets nothing run and nothing be fetched but what this
 * file itself brings: the one script and the one style, by their hashes; what can be jumped to; the tools; the help.
 */
import { createHash } from 'node:crypto';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { PageAssets } from './assets.js';

/** A part of the page that can be jumped to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** How many there are; null: that says nothing. */
  readonly count: number | null;
}

export interface PageFrame {
  /** Harmless. */
  readonly title: string;
  readonly sections: readonly Section[];
  readonly assets: PageAssets;
  /** Which program made it. */
  readonly madeBy: string;
}

/** The page in pieces: `body` between its head and its end. */
export function* pageDocument(frame: PageFrame, body: Iterable<string>): Generator<string> {
  const { title, sections, assets, madeBy } = frame;
  const open = renderToString(<Head title={title} assets={assets} />);
  // Preact closes what it opens; what stands between comes in pieces.
  yield `<!DOCTYPE html>\n<html lang="en">\n${open}\n<body>\n`;
  yield renderToString(<Top title={title} sections={sections} />);
  yield '\n<main id="main" tabindex="-1">\n';
  yield* body;
  yield '\n</main>\n';
  yield renderToString(<Bottom madeBy={madeBy} />);
  yield `\n<script>${assets.script}</script>\n</body>\n</html>\n`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/** https://www.w3.org/TR/CSP3/ */
export function policyOf({ script, style }: PageAssets): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    // The script makes no markup out of text, and could not.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function Head({ title, assets }: { readonly title: string; readonly assets: PageAssets }) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={policyOf(assets)} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="no-referrer" />
      <title>{title}</title>
      {/* Both texts are ours, and the policy names them by their hashes: not escaped, or these would differ. */}
      <style dangerouslySetInnerHTML={{ __html: assets.style }} />
    </head>
  );
}

function Top({ title, sections }: { readonly title: string; readonly sections: readonly Section[] }) {
  return (
    <>
      <header>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <h1>{title}</h1>
        <nav aria-label="Parts of this page">
          <ul>
            {sections.map(({ id, title: name, count }) => (
              <li key={id}>
                <a href={`#${id}`}>{name}</a>
                {count !== null && <small> {String(count)}</small>}
              </li>
            ))}
          </ul>
        </nav>
        <noscript>
          <p class="note">Without JavaScript there is no filter and there are no keys; all else is here.</p>
        </noscript>
      </header>
      <search id="tools" hidden>
        <label for="filter">Filter</label>
        <input
          id="filter"
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder="words, a rank, a thread id"
          aria-keyshortcuts="/"
          aria-describedby="shown"
        />
        <label>
          <input id="only" type="checkbox" aria-keyshortcuts="x" /> only what is odd or wrong
        </label>
        <button id="unfold" type="button" aria-keyshortcuts="o">
          Open all
        </button>
        <button id="keys" type="button" aria-keyshortcuts="?">
          Keys
        </button>
        <output id="shown" for="filter only" aria-live="polite" />
      </search>
    </>
  );
}

const KEYS: readonly (readonly [string, ComponentChildren])[] = [
  ['/', 'to the filter; Escape empties it'],
  ['j', 'to the next thing shown'],
  ['k', 'to the one before'],
  ['Enter', 'opens or closes it'],
  ['o', 'opens or closes all that is shown'],
  ['x', 'only what is odd or wrong, or all'],
  ['n', 'to the next odd or wrong thing'],
  ['?', 'this help'],
];

function Bottom({ madeBy }: { readonly madeBy: string }) {
  return (
    <footer>
      <p>Made by {madeBy}. This file is whole: it fetches nothing, and nothing of what it shows is run.</p>
      <dialog id="help" aria-labelledby="help-title">
        <h2 id="help-title">Keys</h2>
        <dl>
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p>All words of the filter have to be there, upper or lower case; a number is a whole number.</p>
        <p>
          <label>
            <input id="single" type="checkbox" checked /> single keys do this
          </label>
        </p>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </footer>
  );
}
