/** How do ssh, pdsh and clush carry it? ssh once for each host; the others are given all hosts and do that themselves. */
import { basename } from 'node:path';
import { PystackError } from '../../errors.js';
import { hostsOf } from './host-list.js';
import type { FleetRequest, Plan } from './model.js';
import { collectLine } from './remote-words.js';
import { labelledLines, linesOfOne } from './sorters.js';

/** Throws PystackError `usage`. */
export function sshPlan(request: FleetRequest): Plan {
  const hosts = hostsOf(request.where ?? '', '--ssh');
  const client = request.client ?? 'ssh';
  const kind = basename(client);
  if (kind === 'pdsh' || kind === 'clush') return { before: [], calls: [toAll(kind, client, hosts, request)] };
  const line = collectLine(request);
  const calls = hosts.map((host) => ({
    program: client,
    args: [...request.clientOptions, ...sshOptions(request), '--', host, line],
    stdin: request.send,
    hosts: [host],
    sorter: () => linesOfOne(host),
  }));
  return { before: [], calls };
}

/** Nobody is there to be asked for a password; what the user's own options say goes before, and so counts more. */
function sshOptions({ send }: FleetRequest): string[] {
  return ['-T', '-o', 'BatchMode=yes', ...(send === null ? ['-n'] : [])];
}

function toAll(kind: 'pdsh' | 'clush', client: string, hosts: readonly string[], request: FleetRequest) {
  const { send, clientOptions, timeoutS, fanout } = request;
  if (kind === 'pdsh' && send !== null) {
    throw new PystackError('usage', 'pdsh cannot send the file along', {
      cause: 'It hands no standard input to the other side.',
      nextStep: 'leave --client out, or use --client clush',
    });
  }
  const seconds = String(Math.max(1, Math.ceil(timeoutS)));
  const line = collectLine(request);
  // pdsh begins with rsh where nobody says otherwise; what the user's options say counts more, as they come after it.
  const first = kind === 'pdsh' ? ['-R', 'ssh'] : [];
  const limits = ['-t', seconds, '-u', seconds];
  // pdsh puts names in place of %h, %u and %n of the command; two stand for one.
  const words = kind === 'pdsh' ? [line.replaceAll('%', '%%')] : [line];
  const own = [...(kind === 'clush' && send === null ? ['--nostdin'] : []), '-f', String(fanout)];
  const known = new Set(hosts);
  return {
    program: client,
    args: [...first, ...clientOptions, ...limits, ...own, '-w', hosts.join(','), ...words],
    stdin: send,
    hosts,
    sorter: () => labelledLines(/^([^\s:]+(?::\d+)?): /, (host) => (known.has(host) ? host : null)),
  };
}
