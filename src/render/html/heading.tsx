/** At which level does a heading stand? What is told of one process is a page of its own, or stands inside of a larger one. */
import { type ComponentChildren, h } from 'preact';

/** 2: the parts of a page. */
export type Level = 2 | 3 | 4 | 5;

export function Heading({ level, children }: { readonly level: Level; readonly children: ComponentChildren }) {
  return h(`h${level}`, null, children);
}
