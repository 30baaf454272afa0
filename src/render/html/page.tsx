/**
 * How does a look become one file that a colleague opens in a browser? Everything is there as text before any script runs;
 * the script only hides, opens and moves the focus. Pure functions of what was found: of one process, or of many.
 */
import { renderToString } from 'preact-render-to-string';
import type { Grouped } from '../../many/groups/group.js';
import type { Member } from '../../many/groups/members.js';
import { treeOf } from '../../many/groups/tree.js';
import type { Tables } from '../../many/looks/tables.js';
import type { Finding, Snapshot } from '../../snapshot.js';
import { whereaboutsOf } from '../groups-text.js';
import type { Whereabouts } from '../places-text.js';
import type { PageAssets } from './assets.js';
import { pageDocument, type Section } from './document.js';
import { FindingItem } from './findings.js';
import { CrashItem, groupPieces } from './groups.js';
import { type ProcessOptions, processParts, titleOf } from './process.js';
import { type ProcessTable, processRows } from './processes.js';
import { countsText, GroupedFindings, Summary } from './summary.js';
import { Tree } from './tree.js';

export interface PageOptions extends ProcessOptions {
  readonly assets: PageAssets;
  /** Which program makes it, with its version. */
  readonly madeBy: string;
}

/** Characters that the stacks of groups may take; of what comes after these only the innermost calls are on the page. */
const MOST_OF_GROUPS = 400_000;

/** @param grouped the same process as a set of one, for the tree */
export function* processPage(snapshot: Snapshot, grouped: Grouped, options: PageOptions): Generator<string> {
  const { sections, pieces } = processParts(snapshot, options, '', 2);
  const stacks = snapshot.threads.length + (snapshot.looseStacks?.length ?? 0);
  const tree = stacks > 1 ? [{ id: 'tree', title: 'Tree of calls', count: null }] : [];
  const frame = { title: titleOf(snapshot, options), sections: [...sections, ...tree], ...options };
  yield* pageDocument(
    frame,
    (function* () {
      yield* pieces();
      if (tree.length > 0) yield treeSection(grouped, whereaboutsOf(grouped.groups));
    })(),
  );
}

/** One process inside of a page of many. @param index tells its anchors from those of others */
export function processInside(snapshot: Snapshot, index: number, options: ProcessOptions): string {
  const id = processId(index);
  const { pieces } = processParts(snapshot, options, `${id}-`, 4);
  const title = renderToString(<h3>{titleOf(snapshot, options)}</h3>);
  return `<details><summary>${title}</summary>${[...pieces()].join('')}</details>`;
}

function processId(index: number): string {
  return `p${index + 1}`;
}

export interface ManyProcesses {
  readonly grouped: Grouped;
  readonly tables: Tables;
  /** What is wrong among several of them. */
  readonly among: readonly Finding[];
  /** Those that are told in full, by what {@link processInside} made of them. */
  readonly whole: ReadonlyMap<Member, { readonly index: number; readonly html: string }>;
  /** How many are told by their groups only, though they could be in full. */
  readonly leftOut: number;
}

export function* processesPage(many: ManyProcesses, options: PageOptions): Generator<string> {
  const { grouped, whole, among } = many;
  const { groups, members } = grouped;
  const where = whereaboutsOf(groups);
  const { counts, findings, crashes } = groups;
  const wrong = findings.length + among.length;
  const sections: Section[] = [
    ...(wrong > 0 ? [{ id: 'findings', title: 'Findings', count: wrong }] : []),
    ...(crashes.length > 0 ? [{ id: 'crashes', title: 'Crashes', count: crashes.length }] : []),
    { id: 'groups', title: 'Groups', count: groups.groups.length },
    { id: 'tree', title: 'Tree of calls', count: null },
    { id: 'processes', title: 'Processes', count: members.length },
    ...(whole.size > 0 ? [{ id: 'whole', title: 'In full', count: whole.size }] : []),
  ];
  yield* pageDocument({ title: countsText(groups), sections, ...options }, body());

  function* body() {
    yield renderToString(<Summary groups={groups} where={where} />);
    if (wrong > 0) {
      yield '<section id="findings" aria-label="Findings"><h2>What is wrong</h2>';
      yield renderToString(<FindingsAmong findings={among} />);
      yield renderToString(<GroupedFindings groups={groups} where={where} />);
      yield '</section>';
    }
    if (crashes.length > 0) {
      yield '<section id="crashes" aria-label="Crashes"><h2>Crashes</h2><ul class="items">';
      for (const crash of crashes) yield renderToString(<CrashItem crash={crash} />);
      yield '</ul></section>';
    }
    yield '<section id="groups" aria-label="Groups"><h2>Who stands together</h2><ul class="items">';
    yield* groupPieces(groups, where, MOST_OF_GROUPS);
    yield '</ul></section>';
    yield treeSection(grouped, where);
    yield* tableSection({ ...many, anchorOf });
    if (whole.size > 0) yield* wholeSection(many, counts.processes);
  }

  function anchorOf(member: Member): string | null {
    const found = whole.get(member);
    return found === undefined ? null : processId(found.index);
  }
}

/** Of threads of several processes: an id alone would not say which. */
function FindingsAmong({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul class="items">
      {findings.map((finding, i) => (
        <FindingItem key={i} finding={finding} anchors={new Map()} />
      ))}
    </ul>
  );
}

function treeSection(grouped: Grouped, where: Whereabouts): string {
  return renderToString(
    <section id="tree" aria-label="Tree of calls">
      <h2>Tree of calls</h2>
      <Tree root={treeOf(grouped.groups)} where={where} />
    </section>,
  );
}

function* tableSection(table: ProcessTable): Generator<string> {
  yield '<section id="processes" aria-label="Processes"><h2>Processes</h2><div class="wide"><table><thead><tr>';
  yield '<th scope="col">Process</th><th scope="col">Host</th><th scope="col">Id</th><th scope="col">Its threads, by group</th>';
  yield '</tr></thead><tbody>';
  yield* processRows(table);
  yield '</tbody></table></div></section>';
}

function* wholeSection({ whole, leftOut }: ManyProcesses, all: number): Generator<string> {
  yield '<section id="whole" aria-label="Processes in full"><h2>Processes in full</h2>';
  if (leftOut > 0) {
    yield renderToString(
      <p class="note">
        So that this file stays small, {String(whole.size)} of {String(all)} are here: first those that something is
        wrong with. The others are told by their groups.
      </p>,
    );
  }
  yield '<ul class="items">';
  for (const { index, html } of whole.values())
    yield `<li class="process" id="${processId(index)}" data-item="">${html}</li>`;
  yield '</ul></section>';
}
