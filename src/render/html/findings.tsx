/** How is it told on a page what is wrong? Each finding with who waits for what, held by whom; the certain ones stand out. */
import type { Finding } from '../../snapshot.js';
import { thousands } from '../../thousands.js';
import { harmless } from '../escape.js';
import { TITLES } from '../findings-text.js';
import { type Anchors, Linked } from './linked.js';

/** Edges of one finding that are on the page. */
const MOST_EDGES = 200;

export function FindingItem({ finding, anchors }: { readonly finding: Finding; readonly anchors: Anchors }) {
  const { code, certain, message, edges } = finding;
  const left = edges.length - MOST_EDGES;
  return (
    <li class={certain ? 'finding certain' : 'finding'} data-item="" data-odd="" tabIndex={-1}>
      <strong>{TITLES[code]}</strong>
      {!certain && <small> not proven</small>}: <Linked text={harmless(message)} anchors={anchors} />
      {edges.length > 0 && (
        <ul>
          {edges.slice(0, MOST_EDGES).map(({ text }, i) => (
            <li key={i}>
              <Linked text={harmless(text)} anchors={anchors} />
            </li>
          ))}
          {left > 0 && <li>… and {thousands(left)} more</li>}
        </ul>
      )}
    </li>
  );
}
