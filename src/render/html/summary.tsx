/** What is said before the groups? How many were looked at, who is missing, what is wrong, and what could not be read. */
import type { Fleet, Groups } from '../../many/groups/model.js';
import { namesText, rangesText } from '../../many/groups/ranges.js';
import { harmless } from '../escape.js';
import { count, counted, placesText, type Whereabouts } from '../places-text.js';

const MOST_RANGES = 40;
const MOST_HOSTS = 60;

/** `1,000 processes on 32 hosts, 8,000 threads, 7 stacks` */
export function countsText({ counts, crashes, groups }: Groups): string {
  const hosts = counts.hosts > 1 ? ` on ${count(counts.hosts)} hosts` : '';
  const stacks = crashes.length > 0 ? counted(crashes.length, 'crash', 'crashes') : counted(groups.length, 'stack');
  return `${counted(counts.processes, 'process', 'processes')}${hosts}, ${counted(counts.threads, 'thread')}, ${stacks}`;
}

export function Summary({ groups, where }: { readonly groups: Groups; readonly where: Whereabouts }) {
  const { counts, from, to, fleet, jobs, failures, warnings } = groups;
  return (
    <div class="about">
      {from !== null && to !== null && (
        <p>
          Looked at between {harmless(from)} and {harmless(to)}, by {counts.hosts > 1 ? "each host's" : 'the'} clock
        </p>
      )}
      {fleet !== null && <FleetPart fleet={fleet} />}
      {jobs.map(({ id, variable, size, ranks, missing, unreadable }, i) => (
        <div key={i}>
          <p>
            {id === null ? 'The job' : `Job ${harmless(id)}`}:{' '}
            {ranks.length === 0 ? 'no rank' : `ranks ${rangesText(ranks, MOST_RANGES)}`}
            {size !== null && ` of ${count(size)}`} ({harmless(variable)})
          </p>
          {missing.length > 0 && <p class="crash">Missing: ranks {rangesText(missing, MOST_RANGES)}</p>}
          {unreadable.length > 0 && <p class="crash">Could not be read: ranks {rangesText(unreadable, MOST_RANGES)}</p>}
        </div>
      ))}
      {failures.map(({ code, message, of }, i) => (
        <p key={i} class="crash">
          {counted(of.processes, 'process', 'processes')} could not be read ({code}): {placesText(of, where)}
          {of.processes > 1 && ', e.g.'}: {harmless(message)}
        </p>
      ))}
      {warnings.map(({ code, processes }) => (
        <p key={code} class="note">
          Something is missing or doubtful in {counted(processes, 'process', 'processes')} ({harmless(code)})
        </p>
      ))}
    </div>
  );
}

function FleetPart({ fleet }: { readonly fleet: Fleet }) {
  const { carrier, asked, answered, silent } = fleet;
  const of = asked === null ? counted(answered, 'host') : `${count(answered)} of ${counted(asked, 'host')}`;
  return (
    <>
      <p>
        {of} answered ({carrier})
      </p>
      {silent.map(({ why, detail, hosts }, i) => (
        <p key={i} class="crash">
          {{ late: 'Late', failed: 'No answer', damaged: 'Answer damaged' }[why]}:{' '}
          {harmless(namesText(hosts, MOST_HOSTS))} ({harmless(detail)})
        </p>
      ))}
    </>
  );
}

export function GroupedFindings({ groups, where }: { readonly groups: Groups; readonly where: Whereabouts }) {
  if (groups.findings.length === 0) return null;
  return (
    <ul class="items">
      {groups.findings.map(({ code, certain, message, of }, i) => (
        <li key={i} class={certain ? 'finding certain' : 'finding'} data-item="" data-odd="" tabIndex={-1}>
          <strong>{harmless(code)}</strong>
          {!certain && <small> not proven</small>} in {placesText(of, where)}
          {of.processes > 1 && ', e.g.'}: {harmless(message)}
        </li>
      ))}
    </ul>
  );
}
