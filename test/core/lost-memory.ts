/**
 * How much of a core that lost part of its memory is still shown? What a whole core shows is held against what is shown of
 * it once bytes are missing or zeroed: each thread whose state is left, each frame whose own bytes are, and nothing else.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { openFileSource } from '../../src/elf/file-source.js';
import type { Segment } from '../../src/elf/segments.js';
import { PystackError } from '../../src/errors.js';
import { locate } from '../../src/locate/locate.js';
import type { Address } from '../../src/memory/address.js';
import type { Mapping } from '../../src/memory/mapping.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import type { Range } from '../../src/memory/ranges.js';
import type { MemoryReader } from '../../src/memory/reader.js';
import type { CapturedProcess } from '../../src/moment/captured.js';
import { KnownStacks } from '../../src/moment/known-stacks.js';
import { momentOf } from '../../src/moment/moment.js';
import { readCoreHeaders } from '../../src/process/core/core-headers.js';
import { openCoreProcess } from '../../src/process/core/open-core.js';
import { readCode } from '../../src/python/code.js';
import { Python } from '../../src/python/python.js';
import type { WalkedFrame } from '../../src/questions/stacks.js';

export interface WholeFrame {
  readonly address: number;
  readonly name: string;
  readonly file: string;
  readonly lasti: number;
  /** Its own: where its code is, and where the next one. */
  readonly own: Range;
  readonly code: number;
  /** What it takes to show it: the frame, its code object, names and lines. Not what its type is called. */
  readonly bytes: readonly Range[];
}

export interface WholeThread {
  readonly state: Range;
  readonly pointer: number;
  readonly cStack: number | null;
  /** Innermost first. */
  readonly frames: readonly WholeFrame[];
}

export interface WholeCore {
  readonly path: string;
  readonly size: number;
  readonly loads: readonly Segment[];
  readonly threads: readonly WholeThread[];
  readonly runtime: number | null;
  readonly interpreters: readonly number[];
}

/**
 * Of what is left, how much is shown; and what is shown that was never there. A frame is left if its own bytes are and those
 * of its thread's state, and is to be shown, be it without a name; one is whole if its code object, names and lines are left,
 * too, and is to be shown with them.
 */
export interface Score {
  threadsLeft: number;
  threadsShown: number;
  wholeLeft: number;
  wholeShown: number;
  framesLeft: number;
  framesShown: number;
  wrong: string[];
  /** Why nothing is shown. */
  refused: string | null;
}

/** How cores are looked at here. */
export const MOMENT = {
  mode: 'blocking',
  native: null,
  allThreads: false,
  maxPauseMs: 1000,
  timeBudgetMs: 1000,
  known: new KnownStacks(),
  log: () => {},
} as const;

async function captured<T>(
  path: string,
  use: (captured: CapturedProcess, python: Python, mappings: readonly Mapping[], exhaustive: boolean) => T,
  exhaustive = false,
): Promise<T> {
  const process = await openCoreProcess(path);
  try {
    const located = locate(process, { exhaustive });
    const python = new Python(located, process.memory);
    return use(momentOf(process, located, [], MOMENT), python, process.mappings(), exhaustive);
  } finally {
    process.close();
  }
}

/** What a core shows that nothing was lost of. */
export async function wholeCore(path: string): Promise<WholeCore> {
  const file = openFileSource(path);
  const { loads } = readCoreHeaders(file);
  const { size } = file;
  file.close();
  return captured(path, ({ threads, runtime }, python, mappings) => ({
    path,
    size,
    loads,
    runtime: python.address,
    interpreters: runtime.interpreters.map(({ address }) => address),
    threads: threads.map(({ walk: { state, stack }, look }) => ({
      state: { start: state.address, end: state.address + python.layout.PyThreadState.sizeof },
      pointer: state.threadId,
      cStack: look?.sp ?? null,
      frames: stack.frames.map((frame) => ({
        address: frame.address,
        name: 'code' in frame.ran ? frame.ran.code.name : '',
        file: 'code' in frame.ran ? frame.ran.code.file : '',
        lasti: frame.lasti,
        own: ownBytes(python, frame),
        code: frame.code,
        bytes: bytesOf(python, frame, mappings),
      })),
    })),
  }));
}

function ownBytes(python: Python, { address }: { address: Address }): Range {
  const { frames } = python.layout;
  const header =
    frames.kind === 'frame-objects' ? frames.PyFrameObject.f_lasti + 8 : frames._PyInterpreterFrame.localsplus;
  return { start: address, end: address + header };
}

function bytesOf(python: Python, frame: { address: Address; code: Address }, mappings: readonly Mapping[]): Range[] {
  const ranges: Range[] = [ownBytes(python, frame)];
  const { co_name, co_filename, co_linetable } = python.fields.PyCodeObject;
  const texts = [co_name, co_filename, co_linetable].map((field) => python.get(frame.code, field));
  const recording: MemoryReader = {
    read(address, size) {
      const mapping = mappings.find(({ start, end }) => address >= start && address < end);
      // Of what a file has: names that the interpreter itself uses are in its data; its types are there, too.
      const isText = texts.some((text) => address >= text && address < text + 512);
      if (mapping && (mapping.path === null || mapping.path.startsWith('[') || isText)) {
        ranges.push({ start: address, end: address + size });
      }
      return python.memory.read(address, size);
    },
  };
  readCode(python.over(recording), frame.code);
  return ranges;
}

/** Whether all of the bytes are left, by their place in the file. */
type IsLeft = (range: Range) => boolean;

/** What is shown of the core as it is now; `isLeft` tells what of the whole one's memory it still has. */
export async function scoreOf(whole: WholeCore, isLeft: IsLeft, exhaustive = false): Promise<Score> {
  const score: Score = {
    threadsLeft: 0,
    threadsShown: 0,
    wholeLeft: 0,
    wholeShown: 0,
    framesLeft: 0,
    framesShown: 0,
    wrong: [],
    refused: null,
  };
  const left = whole.threads.filter(({ state }) => isLeft(state));
  score.threadsLeft = left.length;
  for (const { frames } of left) {
    score.framesLeft += frames.filter(({ own }) => isLeft(own)).length;
    score.wholeLeft += frames.filter(({ bytes }) => bytes.every(isLeft)).length;
  }
  try {
    await captured(
      whole.path,
      ({ threads }) => {
        for (const { walk } of threads) {
          const was = whole.threads.find(({ state }) => state.start === walk.state.address);
          if (!was) {
            score.wrong.push(`a thread state at 0x${walk.state.address.toString(16)}`);
            continue;
          }
          if (isLeft(was.state)) score.threadsShown++;
          compare(was, isLeft(was.state), walk.stack.frames, isLeft, score);
        }
      },
      exhaustive,
    );
  } catch (error) {
    if (!(error instanceof PystackError)) throw error;
    score.refused = `${error.message}: ${error.details.cause ?? ''}`;
  }
  return score;
}

type Shown = Pick<WalkedFrame, 'address' | 'lasti' | 'ran'>;

function compare(was: WholeThread, isStateLeft: boolean, shown: readonly Shown[], isLeft: IsLeft, score: Score): void {
  let before = -1;
  for (const frame of shown) {
    const place = was.frames.findIndex(({ address }) => address === frame.address);
    const whole = was.frames[place];
    if (!whole) {
      score.wrong.push(`a frame at 0x${frame.address.toString(16)}`);
      continue;
    }
    if (place <= before) score.wrong.push(`${whole.name} out of its order`);
    before = place;
    const told = 'code' in frame.ran ? frame.ran.code : frame.ran.left;
    if ((told?.name ?? whole.name) !== whole.name) score.wrong.push(`${told?.name} for ${whole.name}`);
    if ((told?.file ?? whole.file) !== whole.file) score.wrong.push(`${told?.file} for ${whole.file}`);
    if (told?.lineTable && frame.lasti !== whole.lasti) score.wrong.push(`${whole.name} at another instruction`);
    if (!isStateLeft) continue;
    if (isLeft(whole.own)) score.framesShown++;
    if (whole.bytes.every(isLeft) && 'code' in frame.ran) score.wholeShown++;
  }
}

/** Cuts the core (for good) to so many bytes. */
export async function cutTo(whole: WholeCore, size: number, exhaustive = false): Promise<Score> {
  const fd = openSync(whole.path, 'r+');
  ftruncateSync(fd, size);
  closeSync(fd);
  return scoreOf(
    whole,
    ({ start, end }) => {
      const place = placeOf(whole, start);
      return place === null || place + (end - start) <= size;
    },
    exhaustive,
  );
}

/** Zeroes these ranges of memory (for good), and scores what is shown then. */
export async function zeroed(whole: WholeCore, ranges: readonly Range[], exhaustive = false): Promise<Score> {
  zero(whole, ranges);
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  return scoreOf(
    whole,
    (range) => !sorted.some(({ start, end }) => start < range.end && range.start < end),
    exhaustive,
  );
}

/** Zeroes these ranges of memory (for good). */
export function zero(whole: WholeCore, ranges: readonly Range[]): void {
  const fd = openSync(whole.path, 'r+');
  for (const { start, end } of ranges) {
    const place = placeOf(whole, start);
    if (place !== null) writeSync(fd, new Uint8Array(end - start), 0, end - start, place);
  }
  closeSync(fd);
}

/** Of each part that the file has, every tenth page, from that one on. */
export function everyTenth({ loads }: WholeCore, from: number): Range[] {
  return loads.flatMap(({ vaddr, filesz }) =>
    Array.from({ length: Math.ceil(filesz / PAGE_BYTES) }, (_, i) => i)
      .filter((i) => i % 10 === from)
      .map((i) => ({ start: vaddr + i * PAGE_BYTES, end: vaddr + Math.min(filesz, (i + 1) * PAGE_BYTES) })),
  );
}

/** Where in the file these bytes are; null: a file has them, they were not dumped. */
function placeOf({ loads }: WholeCore, address: number): number | null {
  const load = loads.find(({ vaddr, filesz }) => address >= vaddr && address < vaddr + filesz);
  return load ? load.offset + (address - load.vaddr) : null;
}

/** The pages that bytes lie in. */
export function pagesOf({ start, end }: Range): Range {
  return { start: Math.floor(start / PAGE_BYTES) * PAGE_BYTES, end: Math.ceil(end / PAGE_BYTES) * PAGE_BYTES };
}
