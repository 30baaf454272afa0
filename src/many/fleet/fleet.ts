/** What do many hosts answer? Each answer is merged as it comes; who has given none in the end is named, with the reason. */
import { PystackError } from '../../errors.js';
import { addCollectLine, type Budget, isCollectLine } from '../looks/collect-line.js';
import type { LookSet } from '../looks/look-set.js';
import type { Call, Plan, Sorted } from './model.js';
import { type ClientLimits, type Ended, howEnded, runClient } from './run-client.js';

/** Who is told what happens meanwhile. */
export interface Listener {
  /** A host has answered, or never will. */
  host(tally: { readonly answered: number; readonly asked: number | null }): void;
  /** A line that a client, or somebody over there, said. `host`: null: the client itself. */
  remark(host: string | null, text: string): void;
  /** Something is wrong with an answer. */
  damaged(host: string | null, error: PystackError): void;
}

/** A host without an answer. */
export interface Silent {
  readonly host: string;
  /** `late`: its time was up; `failed`: what carried it ended without one; `damaged`: its answer could not be read. */
  readonly why: 'late' | 'failed' | 'damaged';
  /** In words. */
  readonly detail: string;
}

export interface FleetResult {
  readonly asked: number | null;
  /** Hosts that have answered, by the names under which they were asked. */
  readonly answered: readonly string[];
  readonly silent: readonly Silent[];
  /** Lines that were no answers. */
  readonly otherLines: number;
}

/** Bytes that what one host sends may unpack to. */
const MAX_UNPACKED_PER_HOST = 256 * 1024 * 1024;
/** What starts a program for each host needs longer than that program. */
const CLIENT_GRACE_MS = 5000;

export interface Limits extends ClientLimits {
  /** Clients at once. */
  readonly fanout: number;
}

/** Runs all calls of a plan. Throws PystackError `engine-not-found`, `engine-failed`, `collected-by-newer`. */
export async function askFleet(plan: Plan, set: LookSet, listener: Listener, limits: Limits): Promise<FleetResult> {
  for (const command of plan.before) {
    const heard = {
      out: (line: string) => listener.remark(null, line),
      err: (line: string) => listener.remark(null, line),
    };
    const ended = await runClient(command, heard, limits);
    if (ended.code === 0) continue;
    throw new PystackError('engine-failed', `${command.program} ${howEnded(ended)}`, {
      cause: 'The file could not be sent along; what it said stands above.',
    });
  }
  const asking = new Asking(plan, set, listener);
  const waiting = [...plan.calls];
  const abort = new AbortController();
  const signal = AbortSignal.any([limits.signal, abort.signal]);
  const worker = async () => {
    for (let call = waiting.shift(); call !== undefined && !signal.aborted; call = waiting.shift()) {
      await asking.run(call, { ...limits, signal });
    }
  };
  const workers = Array.from({ length: Math.min(limits.fanout, waiting.length) }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    // One that cannot even begin: neither can the others.
    abort.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  limits.signal.throwIfAborted();
  return asking.result();
}

class Asking {
  readonly #answered = new Set<string>();
  readonly #silent = new Map<string, Silent>();
  readonly #asked: number | null;
  #otherLines = 0;

  constructor(
    plan: Plan,
    private readonly set: LookSet,
    private readonly listener: Listener,
  ) {
    const counts = plan.calls.map(({ hosts }) => hosts?.length ?? null);
    this.#asked = counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  async run(call: Call, limits: Limits): Promise<void> {
    const sorter = call.sorter();
    const budgets = new Map<string | null, Budget>();
    const only = call.hosts?.length === 1 ? (call.hosts[0] ?? null) : null;
    let failure: unknown = null;
    const out = (text: string) => {
      if (failure !== null) return;
      try {
        for (const sorted of sorter.push(text)) this.#hear(sorted, call, budgets);
      } catch (error) {
        failure = error;
      }
    };
    const grace = only === null ? CLIENT_GRACE_MS : 0;
    const ended = await runClient(
      call,
      { out, err: (line) => this.listener.remark(only, line) },
      { ...limits, timeoutMs: limits.timeoutMs + grace },
    );
    if (failure !== null) throw failure;
    this.#close(call, ended);
  }

  #hear({ line, host, problem, answered, merged }: Sorted, call: Call, budgets: Map<string | null, Budget>): void {
    if (problem !== undefined && host !== null) {
      this.#silent.set(host, { host, why: problem === 'late' ? 'late' : 'failed', detail: problem });
      this.#tell();
      return;
    }
    if (answered && host !== null) {
      this.#answer(host);
      return;
    }
    if (!isCollectLine(line)) {
      this.#otherLines++;
      return;
    }
    const budget = budgets.get(host) ?? { bytes: MAX_UNPACKED_PER_HOST };
    budgets.set(host, budget);
    try {
      const header = addCollectLine(this.set, line, host === null ? 'an answer' : `the answer of ${host}`, budget);
      const whose = host ?? (merged ? null : this.#nameOf(header, call));
      if (whose !== null) this.#answer(whose);
    } catch (error) {
      if (!(error instanceof PystackError) || error.code === 'collected-by-newer') throw error;
      this.listener.damaged(host, error);
      if (host !== null) this.#silent.set(host, { host, why: 'damaged', detail: error.details.cause ?? error.message });
    }
  }

  /** As it calls itself, where that is one of those that were asked, or nobody knows whom it asked. */
  #nameOf({ host, node }: { host: string; node?: string }, { hosts }: Call): string | null {
    const names = [node, host, host.split('.')[0]].filter((name) => name !== undefined && name !== '');
    if (hosts === null) return names[0] ?? null;
    return names.find((name) => name !== undefined && hosts.includes(name)) ?? null;
  }

  #answer(host: string): void {
    if (this.#answered.has(host)) return;
    this.#answered.add(host);
    this.#silent.delete(host);
    this.#tell();
  }

  #close({ hosts, program }: Call, ended: Ended): void {
    for (const host of hosts ?? []) {
      if (this.#answered.has(host) || this.#silent.has(host)) continue;
      const why = ended.stopped === 'late' ? 'late' : 'failed';
      const detail = why === 'late' ? 'no answer in time' : `${program.split('/').at(-1)} ${howEnded(ended)}`;
      this.#silent.set(host, { host, why, detail });
    }
    this.#tell();
  }

  #tell(): void {
    this.listener.host({ answered: this.#answered.size, asked: this.#asked });
  }

  result(): FleetResult {
    const silent = [...this.#silent.values()].filter(({ host }) => !this.#answered.has(host));
    return {
      asked: this.#asked,
      answered: [...this.#answered].sort(),
      silent: silent.sort((a, b) => (a.host < b.host ? -1 : 1)),
      otherLines: this.#otherLines,
    };
  }
}
