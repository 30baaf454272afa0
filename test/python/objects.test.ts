/** Are strings, numbers, dicts and instances read as what they are? Real ones, in every interpreter found. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Address, toAddress } from '../../src/memory/address.js';
import { bytesOf, type MemoryReader } from '../../src/memory/reader.js';
import { readDict } from '../../src/python/dict.js';
import { readAttributes, readSmallInt, readTypeName } from '../../src/python/objects.js';
import { reasonOf } from '../../src/python/problem.js';
import { Python } from '../../src/python/python.js';
import { readBytes, readUnicode } from '../../src/python/text.js';
import { findInterpreters } from '../support/interpreters.js';
import { locateForTest, ProcessMemory } from '../support/process-memory.js';
import { type Program, startProgram } from '../support/target.js';

/** What objects.py prints; numbers before a comma are addresses. */
interface Said {
  attributes: [number, [string, number][] | null][];
  dicts: [number, [number, number][]][];
  strings: [number, string][];
  numbers: [number, number][];
  large: number[];
  bytes: [number, string][];
  types: [number, string][];
}

/** What Python 2 has otherwise, its oracle of values tries. */
const interpreters = findInterpreters().filter(({ version }) => version.major > 2);

describe.each(interpreters.map((interpreter) => ({ label: interpreter.label, interpreter })))(
  '$label',
  ({ interpreter }) => {
    let program: Program;
    let memory: ProcessMemory;
    let python: Python;
    let said: Said;

    beforeAll(async () => {
      program = await startProgram(interpreter, '../python/objects.py');
      memory = new ProcessMemory(program.pid);
      python = new Python(locateForTest(program.pid, interpreter), memory);
      said = program.ready as unknown as Said;
    });

    afterAll(async () => {
      memory?.close();
      await program?.kill();
    });

    it('attributes of instances, in the order they were set', () => {
      for (const [address, expected] of said.attributes) {
        const items = readAttributes(python, toAddress(address))?.items ?? null;
        const got = items?.map(({ key, value }) => [readUnicode(python, toAddress(key)).text, value]) ?? null;
        expect(got).toEqual(expected);
      }
    });

    it('dicts, in insertion order', () => {
      for (const [address, expected] of said.dicts) {
        const { items, truncated } = readDict(python, toAddress(address));
        expect(items.map(({ key, value }) => [key, value])).toEqual(expected);
        expect(truncated).toBe(false);
      }
    });

    it('dicts up to a limit', () => {
      const [address, expected] = said.dicts.find(([, items]) => items.length > 50) ?? [0, []];
      const { items, truncated } = readDict(python, toAddress(address), 10);
      expect(items.map(({ key, value }) => [key, value])).toEqual(expected.slice(0, 10));
      expect(truncated).toBe(true);
    });

    it('strings of all storage forms', () => {
      for (const [address, text] of said.strings) {
        expect(readUnicode(python, toAddress(address))).toEqual({ text, truncated: false });
        const characters = [...text];
        const cut = readUnicode(python, toAddress(address), 3);
        expect(cut).toEqual({ text: characters.slice(0, 3).join(''), truncated: characters.length > 3 });
      }
    });

    it('bytes', () => {
      for (const [address, hex] of said.bytes) {
        const { bytes, truncated } = readBytes(python, toAddress(address), 1e6);
        expect(Buffer.from(bytes).toString('hex')).toBe(hex);
        expect(truncated).toBe(false);
        expect(readBytes(python, toAddress(address), 1).truncated).toBe(hex.length > 2);
      }
    });

    it('numbers, as far as they are exact', () => {
      const got = said.numbers.map(([address]) => readSmallInt(python, toAddress(address)));
      expect(got).toEqual(said.numbers.map(([, value]) => value));
      for (const address of said.large) expect(readSmallInt(python, toAddress(address))).toBeNull();
    });

    it('names of types', () => {
      for (const [address, name] of said.types) {
        // The interpreter's own types carry their module in tp_name.
        const got = readTypeName(python, toAddress(address));
        expect(got === name || got.endsWith(`.${name}`)).toBe(true);
      }
    });

    it('any word of an object may be wrong: an answer or a stated reason, at once', () => {
      const objects = [
        ...said.attributes.filter((_, i) => i % 3 === 0),
        ...said.dicts.filter(([, items]) => items.length < 20),
      ].map(([at]) => at);
      for (const object of objects) {
        for (let offset = -32; offset < 64; offset += 8) {
          for (const word of [0, 1, object, 2 ** 62]) {
            const damaged = new Damaged(memory, object + offset, word);
            for (const read of [readAttributes, readDict, readSmallInt, readUnicode]) {
              try {
                read(python.over(damaged), toAddress(object));
              } catch (error) {
                expect(reasonOf(error)).not.toBe('');
              }
            }
          }
        }
      }
    });
  },
);

/** Memory in which one word is another. */
class Damaged implements MemoryReader {
  constructor(
    readonly memory: MemoryReader,
    readonly at: number,
    readonly word: number,
  ) {}

  read(address: Address, size: number): DataView {
    // As a reader over a copy would: what is absurd is not there.
    const view = this.memory.read(address, Math.min(size, 2 ** 24));
    const offset = this.at - address;
    if (offset < 0 || offset + 8 > view.byteLength) return view;
    const copy = new DataView(bytesOf(view).slice().buffer);
    copy.setBigUint64(offset, BigInt(this.word), true);
    return copy;
  }
}
