/**
 * Where is the running interpreter, which version is it, and how are its structures laid out? Strategies name places,
 * layouts say how to read them, and the structures themselves decide.
 */

import type { Address } from '../memory/address.js';
import { formatAddress } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';
import { membership, mergeRanges, overlaps, type Range } from '../memory/ranges.js';
import { ELF_MACHINE_OF } from '../process/arch.js';
import type { Locatable } from '../process/process.js';
import type { Layout } from '../python/layouts/layout.js';
import { taskFieldsOf } from '../python/layouts/task-fields.js';
import { Python } from '../python/python.js';
import { readRuntime } from '../python/runtime.js';
import { findAsyncioTable } from './asyncio-table.js';
import { callsOf } from './by-code-type.js';
import {
  hasFrames,
  type SearchedThreads,
  sightThreads,
  type ThreadPointers,
  threadBlocks,
  threadStatesAt,
} from './by-thread-id.js';
import { refuteRuntime } from './corroborate.js';
import { asBuilt, findGlobals } from './globals.js';
import type { LayoutChoice } from './layout-choice.js';
import { claimedChoice, everyRow, isDebugBuild, readOwnChoice, rowChoices, saysVersion } from './layout-choice.js';
import type { Located, OtherInterpreter } from './located.js';
import type { Module } from './module.js';
import { anonymousMemory, listModules } from './module.js';
import { type FailedSearch, noSuchInterpreter, noSuchLibrary, notFound, type UnsupportedVersion } from './not-found.js';
import { Proofs } from './proof.js';
import type { PythonVersion } from './python-version.js';
import { remembered } from './remembered.js';
import { timeFor } from './search-time.js';
import { ANYWHERE, chosenStrategies, QUICK } from './strategies.js';
import type { Attempt, Candidate, Search, Strategy, StrategyName } from './strategy.js';
import { typesOf } from './types.js';

export type { Located, OtherInterpreter };

export interface LocateOptions {
  /** Also search anonymous memory, and modules that nothing marks as Python. Default false. */
  readonly exhaustive?: boolean;
  /**
   * Of several interpreters in a process, which: part of the name of the file that it is in, or its own address as `0x…`.
   * Default null: the one with most threads.
   */
  readonly library?: string | null;
  /** Names of the only strategies to use ({@link STRATEGY_NAMES}), tried in their usual order. Default: all. */
  readonly strategies?: readonly string[] | null;
  /** Told each attempt and its outcome; `isDetail`: one that failed where nothing was expected. */
  readonly log?: (line: string, isDetail: boolean) => void;
}

/**
 * Finds the interpreter in `target`, which runs all the while; nothing of it is executed or stopped.
 * Throws PystackError: `not-python`, `not-initialized`, `unsupported-version`, `unsupported-interpreter`; `usage` for an
 * unknown strategy; what reading the target throws when it is gone.
 */
export function locate(target: Locatable, options: LocateOptions = {}): Located {
  const search = new OpenSearch(target, options);
  try {
    return { ...search.run(), files: filesOf(target) };
  } finally {
    search.close();
  }
}

/** Where files are mapped, but for those that are only memory under a name. */
function filesOf(target: Locatable): Range[] {
  const isFile = ({ path }: Mapping) => path !== null && !/^\[|^\/(?:memfd:|dev\/zero|SYSV)/.test(path);
  return mergeRanges(target.mappings().filter(isFile));
}

const NO_THREADS = 'nothing that holds what a thread points to itself by is a thread state';

/** How an interpreter's address is given. */
const ADDRESS = /^0x[0-9a-f]{1,12}$/i;

interface Proven extends Omit<Located, 'attempts' | 'others' | 'asyncioTable' | 'strays' | 'address'> {
  readonly address: Address;
  readonly threadStates: number;
}

class OpenSearch implements Search {
  readonly exhaustive: boolean;
  readonly outOfTime: () => boolean;
  readonly #strategies: readonly Strategy[];
  /** Those that are not looked in for an interpreter included. */
  readonly #all: readonly Module[];
  readonly #likely: readonly Module[];
  readonly #others: readonly Module[];
  readonly #attempts: Attempt[] = [];
  readonly #unsupported = new Map<string, UnsupportedVersion>();
  /** Where a runtime without an interpreter was seen. */
  #empty: FailedSearch['empty'] = null;
  /** Of the only interpreter that is looked for; null: any. */
  readonly #wantedAt: number | null;
  #writable: Range[] | undefined;
  #isWritable: ((address: number) => boolean) | undefined;
  readonly #choicesOf = new Map<Module, Iterable<LayoutChoice>>();
  readonly #proofs: Proofs;

  constructor(
    readonly target: Locatable,
    readonly options: LocateOptions,
  ) {
    this.exhaustive = options.exhaustive ?? false;
    this.#proofs = new Proofs(target);
    this.outOfTime = timeFor(target, this.exhaustive);
    this.#strategies = chosenStrategies(options.strategies ?? null);
    const { likely, others } = listModules(target);
    const { library: wanted = null } = options;
    this.#wantedAt = wanted !== null && ADDRESS.test(wanted) ? Number(wanted) : null;
    const library = this.#wantedAt === null ? wanted : null;
    const isWanted = ({ path }: Module) => library === null || path.includes(library);
    this.#likely = likely.filter(isWanted);
    this.#others = others.filter(isWanted);
    this.#all = [...likely, ...others];
    if (this.#likely.length + this.#others.length === 0 && library !== null) throw noSuchLibrary(library, likely);
  }

  run(): Located {
    // Without a note there is nothing to try, nor to tell of.
    const noted = this.target.noted ? this.#strategies.filter(({ name }) => name === 'note') : [];
    const quick = this.#strategies.filter(({ name }) => QUICK.has(name));
    const thorough = this.#strategies.filter(({ name }) => name !== 'note' && !QUICK.has(name));
    const anywhere = this.#strategies.filter(({ name }) => ANYWHERE.has(name));
    const isOfNoFile = this.target.noted?.library === null;
    const nowhere = this.exhaustive || isOfNoFile ? anonymousMemory(this.target) : null;
    for (const [strategies, modules] of [
      [noted, isOfNoFile && nowhere ? [nowhere] : [...this.#likely, ...this.#others]],
      [quick, this.#likely],
      [thorough, this.#likely],
      [quick, this.#others],
      [thorough, this.#others],
      [anywhere, this.exhaustive && nowhere ? [nowhere] : []],
    ] as const) {
      for (const strategy of strategies) {
        const found = modules.flatMap((module) => this.#try(strategy, module));
        const proven = modules === this.#likely && QUICK.has(strategy.name) ? this.#withOthers(found, quick) : found;
        // Two at once: both structures hold, so it is two interpreters. The one at work is the one with threads.
        const best = this.#bestOf(proven);
        if (best) {
          const { threadStates: _, ...located } = best;
          const others = (this.#wantedAt === null ? proven : [])
            .filter((other) => other !== best)
            .map(({ address, version, library }) => ({ address, version, library }));
          return {
            ...located,
            strays: this.#unlisted(located),
            asyncioTable: this.#asyncioTable(located),
            attempts: this.#attempts,
            others,
          };
        }
      }
    }
    const threads = this.#byThreadId();
    // Calls that are there speak louder than states of threads that are in none: those may be anything.
    const found = threads && this.#areInCalls(threads) ? threads : (this.#byCodeType() ?? threads);
    if (found) return found;
    throw notFound({
      pid: this.target.pid,
      emulated: this.#emulated(),
      modules: [...this.#likely, ...this.#others],
      attempts: this.#attempts,
      unsupported: [...this.#unsupported.values()],
      empty: this.#empty,
      exhaustive: this.exhaustive,
      isLive: this.target.sampler !== null,
      isDamaged: this.target.isDamaged,
    });
  }

  /** Where one was found there may be another of a version that is found in another way: the files called Python are tried in each quick one. */
  #withOthers(found: readonly Proven[], quick: readonly Strategy[]): readonly Proven[] {
    if (found.length === 0) return found;
    const libraries = new Set(found.map(({ library }) => library));
    const rest = this.#likely.filter((module) => module.isNamedPython && module.hasRoom && !libraries.has(module.path));
    const more = rest.flatMap((module) => {
      for (const strategy of quick) {
        const proven = this.#try(strategy, module);
        if (proven.length > 0) return proven;
      }
      return [];
    });
    return [...found, ...more];
  }

  /** The one that was asked for, else the one with most threads. Throws PystackError `file-not-found`: that is not among them. */
  #bestOf(proven: readonly Proven[]): Proven | null {
    const wanted = this.#wantedAt;
    if (wanted !== null && proven.length > 0) {
      const found = proven.find(({ address }) => address === wanted);
      if (!found) throw noSuchInterpreter(wanted, proven);
      return found;
    }
    return proven.reduce<Proven | null>((a, b) => (a && a.threadStates >= b.threadStates ? a : b), null);
  }

  /** A Python for another processor than the one that runs; null: there is none. */
  #emulated(): FailedSearch['emulated'] {
    for (const module of this.#likely) {
      const machine = this.#foreignMachine(module);
      if (machine !== null) return { module, machine };
    }
    return null;
  }

  #asyncioTable({ layout, library }: Pick<Located, 'layout' | 'library'>): Address | null {
    if (taskFieldsOf(layout)?.asyncio.task.kind !== 'described') return null;
    return this.target.noted?.asyncioTable ?? findAsyncioTable(this.#all, library);
  }

  /** Threads alone, where nothing leads to what they have in common. */
  #byThreadId(): Located | null {
    const { target } = this;
    const isLive = target.sampler !== null;
    // Of a process that runs, a runtime without an interpreter is not lost.
    if (!this.#isAllowed('thread-id') || (isLive && this.#empty !== null)) return null;
    // Of a version that is not known, no row tells what a thread state is.
    if (this.#unsupported.size > 0) return null;
    let threads: SearchedThreads | null = null;
    let best: Located | null = null;
    for (const module of this.#holdingFirst()) {
      let isVersionKnown = false;
      for (const choice of this.#choices(module)) {
        // Once a version is known, under the layouts of others anything may pass for a thread state.
        if (choice.isGuess && isVersionKnown) break;
        isVersionKnown ||= !choice.isGuess;
        threads ??= this.#sight(this.#threadPointers());
        const { layout, version } = choice;
        const interpreter = { address: null, layout, version, types: typesOf(module) };
        const strays = threadStatesAt(new Python(interpreter, target.memory), threads, this);
        if (strays.length <= (best?.strays.length ?? 0)) continue;
        best = this.#withoutInterpreter(module, choice, 'thread-id', strays);
      }
      const outcome = best?.library === module.path ? `found ${best.strays.length} threads` : NO_THREADS;
      this.#attempts.push({ strategy: 'thread-id', module: module.name, outcome });
      this.options.log?.(`locate by thread-id in ${module.path}: ${outcome}`, best === null);
      if (best !== null) return best;
    }
    return null;
  }

  #areInCalls(found: Located): boolean {
    const python = new Python(found, this.target.memory);
    return found.strays.some((stray) => hasFrames(python, stray));
  }

  /** Of what does not move, calls alone, where not even their threads are left: only if all memory is to be searched. */
  #byCodeType(): Located | null {
    const { target } = this;
    if (target.sampler !== null || !this.exhaustive || !this.#isAllowed('code-type')) return null;
    if (this.#unsupported.size > 0) return null;
    for (const module of this.#holdingFirst()) {
      const found = callsOf(target, module, this.#choices(module), this.#searched(), () => timeFor(target, true));
      const outcome = typeof found === 'string' ? found : `found ${found.loose.stacks.length} stacks`;
      this.#attempts.push({ strategy: 'code-type', module: module.name, outcome });
      this.options.log?.(`locate by code-type in ${module.path}: ${outcome}`, typeof found === 'string');
      if (typeof found === 'string') continue;
      return { ...this.#withoutInterpreter(module, found.choice, 'code-type', []), loose: found.loose };
    }
    return null;
  }

  /** Those of this processor, where an interpreter may be; a program called like Python may be a stub of a few pages beside its library. */
  #holdingFirst(): Set<Module> {
    const own = this.#likely.filter((module) => this.#foreignMachine(module) === null);
    const holding = own.filter((module) => module.dynamicSymbol('PyType_Type') !== null);
    return new Set([...holding, ...own]);
  }

  #withoutInterpreter(
    module: Module,
    { layout, version, freeThreaded, approximate }: LayoutChoice,
    strategy: StrategyName,
    strays: readonly Address[],
  ): Located {
    return {
      address: null,
      version,
      types: typesOf(module),
      ...this.#settleStrays(layout, version, module, strays),
      strays,
      freeThreaded,
      debugBuild: isDebugBuild(module),
      approximate,
      library: module.isAnonymous ? null : module.path,
      moduleMapping: module.mappings[0] ?? null,
      strategy,
      asyncioTable: this.#asyncioTable({ layout, library: module.path }),
      attempts: this.#attempts,
      others: [],
    };
  }

  /** Threads of this interpreter that its lists do not lead to, where they may have been cut. */
  #unlisted({ address, layout, version, globals, types }: Omit<Proven, 'threadStates'>): Address[] {
    const { target } = this;
    if (target.sampler !== null || !this.#isAllowed('thread-id')) return [];
    const python = new Python({ address, layout, version, globals, types }, target.memory);
    const { threadStates, interpreters, problems } = readRuntime(python);
    if (problems.length === 0 && !target.isDamaged) return [];
    const listed = new Set(threadStates.map(({ threadId }) => threadId));
    const missing = new Map([...this.#threadPointers()].filter(([pointer]) => !listed.has(pointer)));
    const known = interpreters.map((interpreter) => interpreter.address);
    return threadStatesAt(python, this.#sight(missing), this, known);
  }

  /** What was looked for before may have taken its time: this begins anew. The smallest ranges first, as heaps are of any size. */
  #sight(pointers: ThreadPointers): SearchedThreads {
    return sightThreads(this.target, pointers, this.#searched(), timeFor(this.target, this.exhaustive));
  }

  #searched(): Range[] {
    const { written } = this.target;
    const ranges = written === null ? this.writableRanges() : overlaps(this.writableRanges(), written);
    return ranges.toSorted((a, b) => a.end - a.start - (b.end - b.start));
  }

  #threadPointers(): ThreadPointers {
    const { target } = this;
    if (target.sampler === null) {
      return new Map([...target.threadPointers()].map(([tid, pointer]) => [pointer, { tid }]));
    }
    const tids = new Set(target.threads().map(({ innerTid }) => innerTid));
    const ranges = this.writableRanges();
    return threadBlocks(target, tids, ranges, () => this.outOfTime());
  }

  #isAllowed(name: StrategyName): boolean {
    return this.options.strategies?.includes(name) ?? true;
  }

  close(): void {
    for (const module of this.#all) module.close();
  }

  /** `e_machine` of an emulated program for another processor; null: it is for the one that runs, or anonymous memory. */
  #foreignMachine(module: Module): number | null {
    const { machine } = module;
    return machine === ELF_MACHINE_OF[this.target.architecture] ? null : machine;
  }

  /** Interpreters in `module`: one, or where a strategy names places each of which is worth it, all. */
  #try(strategy: Strategy, module: Module): Proven[] {
    if (this.#foreignMachine(module) !== null) return [];
    const found = new Map<Address, Proven>();
    const candidates = strategy.candidates(module, this);
    let refused: string | null = null;
    for (let next = candidates.next(); ; next = candidates.next()) {
      if (next.done) {
        if (found.size === 0) this.#note(strategy, module, refused ?? next.value);
        return [...found.values()];
      }
      if (found.has(next.value.address)) continue;
      const outcome = this.#judge(next.value, module);
      if (typeof outcome === 'string') {
        refused ??= outcome;
        continue;
      }
      const { layout, address, version } = outcome;
      const how = `${next.value.how}, ${version.major}.${version.minor} (${layout.origin})`;
      this.#note(strategy, module, `found at ${formatAddress(address)}: ${how}`, false);
      found.set(address, { ...outcome, strategy: strategy.name });
      // Of guesses the first is the best; places that are named are each one's own.
      if (next.value.isGuess || !QUICK.has(strategy.name)) return [...found.values()];
    }
  }

  /** Whether a candidate is an interpreter under one of the layouts that may describe it; if not, why. */
  #judge(candidate: Candidate, module: Module): Omit<Proven, 'strategy'> | string {
    let refused: string | null = null;
    const { address } = candidate;
    const choices = readOwnChoice(module, address, this.#noteUnsupported) ?? this.#rows(module, candidate);
    for (const { layout, version, freeThreaded, approximate, because, isGuess } of choices) {
      if (candidate.head !== undefined && candidate.head !== layout._PyRuntimeState['interpreters.head']) continue;
      const proof = this.#proofs.prove(candidate, layout, isGuess);
      switch (proof.kind) {
        case 'proven': {
          const settled = this.#settle(layout, version, module, candidate);
          const why =
            candidate.isGuess || isGuess
              ? refuteRuntime(new Python({ address, version, ...settled }, this.target.memory))
              : null;
          if (why !== null) {
            refused ??= `${formatAddress(address)} (${candidate.how}) is none: ${why}, read as ${because}`;
            break;
          }
          return {
            address,
            ...settled,
            version,
            freeThreaded,
            debugBuild: candidate.claim?.debugBuild ?? isDebugBuild(module),
            approximate,
            library: module.isAnonymous ? null : module.path,
            moduleMapping: module.isAnonymous ? null : (module.mappings[0] ?? null),
            threadStates: proof.threadStates,
            ...(this.target.sampler === null && { types: typesOf(module) }),
          };
        }
        case 'empty':
          // A guess that leads nowhere is no sign of anything.
          if (!candidate.isGuess) this.#empty ??= { module, why: proof.why, stage: proof.stage };
          // The right version, and no interpreter: other versions would only misread it.
          if (!isGuess) return `${formatAddress(address)} (${candidate.how}): ${proof.why}, read as ${because}`;
          refused ??= `${formatAddress(address)} (${candidate.how}) is none: ${proof.why}, read as ${because}`;
          break;
        case 'refuted':
          // It is what it says, and not laid out as the version before: too new.
          if (approximate) this.#noteUnsupported(version, proof.why);
          refused ??= `${formatAddress(address)} (${candidate.how}) is none: ${proof.why}, read as ${because}`;
          break;
      }
    }
    return refused ?? `${formatAddress(address)} (${candidate.how}): no layout of its version is known`;
  }

  /** What is of the process rather than of its version. */
  #settle(
    layout: Layout,
    version: PythonVersion,
    module: Module,
    { address, claim }: Candidate,
  ): Pick<Located, 'layout' | 'globals'> {
    if (layout.root.kind !== 'variables') return { layout };
    const globals = claim?.globals ?? findGlobals(module, layout.root.symbols, address);
    return { layout: asBuilt(new Python({ address, layout, globals, version }, this.target.memory)), globals };
  }

  /** The same where the list of interpreters is lost. */
  #settleStrays(
    layout: Layout,
    version: PythonVersion,
    module: Module,
    strays: readonly Address[],
  ): Pick<Located, 'layout' | 'globals'> {
    if (layout.root.kind !== 'variables') return { layout };
    const globals = findGlobals(module, layout.root.symbols, null);
    return {
      layout: asBuilt(new Python({ address: null, strays, layout, globals, version }, this.target.memory)),
      globals,
    };
  }

  readonly #noteUnsupported = (version: PythonVersion, trouble: string | null): void => {
    const key = `${version.major}.${version.minor}`;
    const known = this.#unsupported.get(key);
    if (!known || (known.patch === null && version.patch !== null)) this.#unsupported.set(key, { ...version, trouble });
  };

  #note(strategy: Strategy, module: Module, outcome: string, isDetail = this.#others.includes(module)): void {
    this.#attempts.push({ strategy: strategy.name, module: module.name, outcome });
    this.options.log?.(`locate by ${strategy.name} in ${module.path}: ${outcome}`, isDetail);
  }

  layouts(module: Module): readonly Layout[] {
    return Array.from(this.#choices(module), ({ layout }) => layout);
  }

  *#rows(module: Module, { isGuess, claim }: Candidate): Generator<LayoutChoice> {
    if (claim) yield* claimedChoice(module, claim);
    yield* this.#choices(module);
    // One place that was named is worth every row; thousands of guesses are not.
    if (!isGuess && !(this.target.sampler !== null && saysVersion(this.#choices(module)))) yield* everyRow(module);
  }

  /** What is known of its version does not depend on the candidate, and is found once. */
  #choices(module: Module): Iterable<LayoutChoice> {
    let choices = this.#choicesOf.get(module);
    if (!choices) {
      choices = remembered(this.#findChoices(module));
      this.#choicesOf.set(module, choices);
    }
    return choices;
  }

  *#findChoices(module: Module): Generator<LayoutChoice> {
    yield* rowChoices(module, this.#noteUnsupported);
    if (this.exhaustive || module.isAnonymous) yield* everyRow(module);
  }

  writableRanges(): readonly Range[] {
    this.#writable ??= this.target.mappings().filter(({ writable, readable }) => writable && readable);
    return this.#writable;
  }

  readonly isWritable = (address: number): boolean => {
    this.#isWritable ??= membership(this.writableRanges());
    return this.#isWritable(address);
  };
}
