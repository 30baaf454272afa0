/** Where is each process of many? A row for each, with the groups that its threads stand in. */
import { renderToString } from 'preact-render-to-string';
import type { Grouped } from '../../many/groups/group.js';
import type { Member } from '../../many/groups/members.js';
import { namesText } from '../../many/groups/ranges.js';
import { threadsOf } from '../../many/looks/look-set.js';
import type { Tables } from '../../many/looks/tables.js';
import { harmless } from '../escape.js';
import { groupId } from './groups.js';

/** Different names told of the threads that a process has in one group. */
const MOST_NAMES = 4;

export interface ProcessTable {
  readonly grouped: Grouped;
  readonly tables: Tables;
  /** The anchor of what is told of the process as a whole; null: nothing is. */
  readonly anchorOf: (member: Member) => string | null;
}

/** Rows in pieces. */
export function* processRows({ grouped, tables, anchorOf }: ProcessTable): Generator<string> {
  const { groups } = grouped;
  const odd = new Set(groups.groups.flatMap((group, i) => (group.odd === null ? [] : [i])));
  for (const member of grouped.members) {
    const places = placesOf(member, grouped, tables);
    const isOdd = member.look.info.findings.length > 0 || places.some(({ group }) => odd.has(group));
    yield renderToString(<Row member={member} places={places} isOdd={isOdd} anchor={anchorOf(member)} />);
  }
}

interface Place {
  readonly group: number;
  readonly names: string;
}

function placesOf({ look }: Member, { groupOf }: Grouped, tables: Tables): Place[] {
  const names = new Map<number, string[]>();
  for (const { name, stack, tid } of threadsOf(look.threads)) {
    const group = groupOf(stack);
    const text = tables.textOf(name) ?? (tid < 0 ? 'a thread' : `thread ${tid}`);
    const known = names.get(group);
    if (known) known.push(text);
    else names.set(group, [text]);
  }
  return [...names]
    .sort(([a], [b]) => a - b)
    .map(([group, its]) => ({ group, names: harmless(namesText(its, MOST_NAMES)) }));
}

function Row({
  member,
  places,
  isOdd,
  anchor,
}: {
  readonly member: Member;
  readonly places: readonly Place[];
  readonly isOdd: boolean;
  readonly anchor: string | null;
}) {
  const { rank, look } = member;
  const { host, pid, core, error, findings } = look.info;
  const name = rank !== null ? `rank ${rank}` : core !== null ? harmless(core) : `process ${pid ?? '?'}`;
  return (
    <tr data-item="" {...(isOdd ? { 'data-odd': '' } : {})} tabIndex={-1}>
      <th scope="row">{anchor === null ? name : <a href={`#${anchor}`}>{name}</a>}</th>
      <td>{harmless(host)}</td>
      <td>{pid ?? ''}</td>
      <td>
        {error !== null && <span class="badge alarm">{harmless(error.message)}</span>}
        {findings.map(({ code }, i) => (
          <span key={i} class="badge alarm">
            {harmless(code)}
          </span>
        ))}
        {places.map(({ group, names }) => (
          <a key={group} href={`#${groupId(group)}`}>
            {names}
          </a>
        ))}
      </td>
    </tr>
  );
}
