/** How does one get from a thread that is named in a sentence to that thread? Its id there is a link. */
import type { ComponentChildren } from 'preact';

/** Anchors of the threads of one process, by their ids. */
export type Anchors = ReadonlyMap<number, string>;

/** As sentences name threads: `thread 17`, `worker-3 (17)`. */
const NAMED = /(?<=\bthread |\()\d+\b/g;

/** @param text harmless */
export function Linked({ text, anchors }: { readonly text: string; readonly anchors: Anchors }) {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(NAMED)) {
    const anchor = anchors.get(Number(match[0]));
    if (anchor === undefined) continue;
    parts.push(text.slice(at, match.index), <a href={`#${anchor}`}>{match[0]}</a>);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}
