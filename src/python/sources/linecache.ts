/**
 * What are the lines of code that has no file? Whoever makes such code (a notebook, dask, attrs, a program that calls
 * `exec`) puts its lines into `linecache.cache`, so that tracebacks can show them; doctest answers for its examples itself.
 */
import type { Address } from '../../memory/address.js';
import { toAddress } from '../../memory/address.js';
import { readDict } from '../dict.js';
import type { Python } from '../python.js';
import { readUnicode } from '../text.js';
import { moduleNamed } from '../waits/imported.js';
import { Objects } from '../waits/objects.js';

/** Lines that are asked for, by the name of the code's file. */
export type WantedLines = ReadonlyMap<string, ReadonlySet<number>>;

export interface HeldLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Without its line ending. */
  readonly text: string;
}

/** Names in the cache that are looked through. */
const MOST_NAMES = 20_000;
/** Characters of a line; of a doctest example, all of its lines. A longer one is left out. */
const MOST_CHARACTERS = 8192;
/** Lines of code and examples of a doctest that are looked through for one. */
const MOST_ITEMS = 100_000;
/** Lines that are read in all. */
const MOST_LINES = 2000;
/** Items of an entry: size, mtime, lines, full name. One that is not filled yet has a single item, how to. */
const ENTRY_ITEMS = 4;

/**
 * Those of the `wanted` lines that the program holds itself, `modules` being its `sys.modules`; what is of a file is left
 * to the file. Throws MemoryFault, InvalidAddress, CorruptData.
 */
export function readHeldLines(python: Python, modules: Address, wanted: WantedLines): HeldLine[] {
  const objects = new Objects(python);
  const module = moduleNamed(objects, modules, 'linecache');
  if (objects.typeName(module) !== 'module') return [];
  // PyModuleObject is a PyObject and then md_dict, in all versions.
  const globals = objects.items(objects.pointer(module, python.layout.PyObject.sizeof));
  const held: HeldLine[] = [];
  const cache = globals.find(({ name }) => name === 'cache')?.value ?? 0;
  if (objects.typeName(cache) === 'dict') readCache(objects, toAddress(cache), wanted, held);
  const getlines = globals.find(({ name }) => name === 'getlines')?.value ?? 0;
  readExamples(objects, getlines, wanted, held);
  return held;
}

/** https://github.com/python/cpython/blob/v3.12.1/Lib/linecache.py (cache: name -> (size, mtime, lines, fullname)) */
function readCache(objects: Objects, cache: Address, wanted: WantedLines, held: HeldLine[]): void {
  for (const { key, value } of readDict(objects.python, cache, MOST_NAMES).items) {
    const file = objects.text(key);
    const numbers = file === null ? undefined : wanted.get(file);
    if (file === null || !numbers || objects.typeName(value) !== 'tuple') continue;
    const [, mtime = 0, lines = 0, , more] = objects.elements(value, ENTRY_ITEMS + 1);
    // What was read from a file has the time at which that was changed.
    if (more !== undefined || objects.typeName(mtime) !== 'NoneType') continue;
    const texts = objects.elements(lines, MOST_ITEMS);
    for (const line of numbers) {
      if (held.length === MOST_LINES) return;
      const text = longText(objects, texts[line - 1] ?? 0);
      if (text !== null) held.push({ file, line, text: withoutLineEnd(text) });
    }
  }
}

/** As doctest names the code of an example. https://github.com/python/cpython/blob/v3.12.1/Lib/doctest.py (__LINECACHE_FILENAME_RE) */
const EXAMPLE = /^<doctest (.+)\[(\d{1,6})\]>$/s;

/** While doctest runs, a method of its runner stands in the place of `linecache.getlines`; that has the test at `test`. */
function readExamples(objects: Objects, getlines: number, wanted: WantedLines, held: HeldLine[]): void {
  const type = objects.typeName(getlines);
  if (type !== 'method' && type !== 'instancemethod') return;
  const runner = objects.pointer(getlines, objects.layout.objects.PyMethodObject.im_self);
  const test = objects.ownAttribute(runner, 'test');
  const name = objects.text(objects.ownAttribute(test, 'name'));
  if (name === null) return;
  const examples = objects.elements(objects.ownAttribute(test, 'examples'), MOST_ITEMS);
  for (const [file, numbers] of wanted) {
    const [, of, index] = EXAMPLE.exec(file) ?? [];
    if (of !== name) continue;
    const source = longText(objects, objects.ownAttribute(examples[Number(index)] ?? 0, 'source'));
    const lines = source?.split(/\r\n|\r|\n/) ?? [];
    for (const line of numbers) {
      const text = lines[line - 1];
      if (text !== undefined && held.length < MOST_LINES) held.push({ file, line, text });
    }
  }
}

/** What a `str` says; null: it is none, too long, or cannot be read. */
function longText(objects: Objects, pointer: number): string | null {
  if (objects.typeName(pointer) !== 'str') return null;
  const read = objects.attempt(() => readUnicode(objects.python, toAddress(pointer), MOST_CHARACTERS));
  return read === null || read.truncated ? null : read.text;
}

function withoutLineEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}
