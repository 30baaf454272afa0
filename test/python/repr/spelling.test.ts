/** Are numbers and text written as Python writes them? Drawn ones, compared with what an interpreter prints. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { spellingOf, UNICODE_VERSIONS } from '../../../src/python/layouts/spelling.js';
import { decodeHugeInt } from '../../../src/python/objects/digits.js';
import { secretNames } from '../../../src/python/objects/index.js';
import { decodeStr } from '../../../src/python/objects/texts.js';
import { decodeComplexRepr, decodeFloatRepr } from '../../../src/python/repr/number-repr.js';
import { unprintable } from '../../../src/python/repr/printable.js';
import { decodeBytesRepr, decodeStringRepr } from '../../../src/python/repr/string-repr.js';
import { TreePrinter } from '../../../src/python/repr/tree-printer.js';
import { anyInterpreter, findInterpreters, type Interpreter } from '../../support/interpreters.js';

function python<T>(interpreter: Interpreter, program: string): T {
  const { stdout, stderr, status } = spawnSync(interpreter.executable, ['-c', program], {
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

const fromHex = (hex: string) => Buffer.from(hex, 'hex');
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

test('floats and complex numbers', () => {
  const pairs = python<[string, string, string][]>(
    anyInterpreter(),
    `
import json, random, struct
r = random.Random(3)
bits = lambda: struct.unpack('<d', struct.pack('<Q', r.getrandbits(64)))[0]
some = [bits() for _ in range(20000)] + [r.random() * 10 ** r.randrange(-25, 25) for _ in range(20000)]
some += [round(x, r.randrange(12)) for x in some if abs(x) < 1e12]
some += [10.0 ** n for n in range(-30, 30)] + [0.0, -0.0, float('inf'), float('-inf'), float('nan'), 5e-324, 2.0 ** 1023]
print(json.dumps([[struct.pack('<d', x).hex(), repr(x), repr(complex(x, -x))] for x in some]))`,
  );
  const wrong = pairs.filter(([hex, real, both]) => {
    const value = viewOf(fromHex(hex)).getFloat64(0, true);
    return decodeFloatRepr(value) !== real || decodeComplexRepr(value, -value) !== both;
  });
  expect(wrong).toEqual([]);
});

test('text and bytes', () => {
  const interpreter = anyInterpreter();
  const { unicode, bytearray } = spellingOf({ version: interpreter.minorVersion });
  const rows = python<[string, string, string, string][]>(
    interpreter,
    `
import json, random
r = random.Random(4)
some = [''.join(chr(r.randrange(r.choice([0x80, 0x100, 0x3000, 0x110000]))) for _ in range(r.randrange(12))) for _ in range(5000)]
some += ["'", '"', '\\'"', "a'b", 'a"b', '\\\\']
octets = lambda s: bytes(ord(c) & 0xff for c in s)
print(json.dumps([[s.encode('utf-32-le', 'surrogatepass').hex(), repr(s), octets(s).hex(), repr(octets(s)) + repr(bytearray(octets(s)))] for s in some]))`,
  );
  for (const [hex, text, octets, bytes] of rows) {
    const { text: decoded, points } = decodeStr({ view: viewOf(fromHex(hex)), kind: 4 }, 0);
    expect(decodeStringRepr(decoded, points, unicode)).toBe(text);
    const both = `${decodeBytesRepr(fromHex(octets))}bytearray(${decodeBytesRepr(fromHex(octets), bytearray)})`;
    expect(both).toBe(bytes);
  }
});

describe('every character, printable or not', () => {
  // Python 2 escapes all that is not ASCII.
  for (const interpreter of findInterpreters().filter(({ version }) => version.major > 2)) {
    test(interpreter.label, () => {
      const [version, changes] = python<[string, number[]]>(
        interpreter,
        `
import json, unicodedata
ends = [c for c in range(0x110001) if (c < 0x110000 and chr(c).isprintable()) != (0 < c and chr(c - 1).isprintable())]
print(json.dumps([unicodedata.unidata_version, ends]))`,
      );
      const known = UNICODE_VERSIONS.find((each) => version.startsWith(`${each}.`));
      if (!known) throw new Error(`no table for Unicode ${version}`);
      const table = unprintable(known);
      const ends: number[] = [];
      for (let c = 0; c <= table.length; c++) {
        const printable = c < table.length && table[c] === 0;
        if (printable !== (c > 0 && table[c - 1] === 0)) ends.push(c);
      }
      expect(ends).toEqual(changes);
    });
  }
});

test('integers beyond the limit: sign, leading digits, how many', () => {
  const printer = new TreePrinter(spellingOf({ version: '3.12' }));
  expect(printer.whole({ kind: 'int', value: -(2n ** 100n), long: false })).toBe(`-${2n ** 100n}`);
  expect(printer.truncated).toBe(false);
  expect(printer.whole({ kind: 'cut-int', leading: '10000', digits: 301, about: false })).toBe('10000… (301 digits)');
  expect(printer.truncated).toBe(true);
  // 7 * 2^3000 is 86120… of 904 digits.
  const huge = (7n * 2n ** 3000n).toString();
  const shown = printer.whole({ kind: 'cut-int', ...decodeHugeInt(7, 3000, true), about: true });
  expect(shown).toBe(`-${huge.slice(0, 11)}… (about ${huge.length} digits)`);
});

test('names of secrets', () => {
  const secret = secretNames({ redact: ['^my_'], redactDefaults: true });
  for (const name of [
    'password',
    'DB_PASSWORD',
    'apiKey',
    'api-key',
    'Authorization',
    'session_id',
    'my_x',
    'authToken',
    'pwd',
  ]) {
    expect(secret(name), name).toBe(true);
  }
  for (const name of ['key', 'author', 'passed', 'x_my_', 'sessions']) expect(secret(name), name).toBe(false);
  expect(secretNames({ redact: [], redactDefaults: false })('password')).toBe(false);
});
