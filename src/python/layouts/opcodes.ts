/**
 * Which bytes of bytecode load what? The few instructions by which an expression like `self._lock.acquire` is loaded, in all
 * their specialized forms, and how many code units of cache follow each instruction. As the module `opcode` of each version
 * has it (`opmap`, `_specializations`, `_inline_cache_entries`); the numbers did not change within a minor version.
 */

export interface Opcodes {
  /** Bytes of an instruction: 1 or 3 by whether it has an argument (2.7), or two. */
  readonly units: 'variable' | 'words';
  readonly EXTENDED_ARG: number;
  readonly LOAD_FAST: ReadonlySet<number>;
  /** Those that load two: the lower four bits of the argument tell which last. */
  readonly LOAD_FAST_LOAD_FAST: ReadonlySet<number>;
  readonly LOAD_DEREF: ReadonlySet<number>;
  readonly LOAD_GLOBAL: ReadonlySet<number>;
  readonly LOAD_NAME: ReadonlySet<number>;
  readonly LOAD_ATTR: ReadonlySet<number>;
  readonly LOAD_METHOD: ReadonlySet<number>;
  /** Up to 3.10: it enters a `with`; its argument is how far from its end on the `with` is left, in {@link jumpUnit}. */
  readonly SETUP_WITH: ReadonlySet<number>;
  /** Bytes that an argument of a jump counts: 2 from 3.10 on. */
  readonly jumpUnit: 1 | 2;
  /** By how many bits an argument is shifted that is an index into `co_names`. */
  readonly globalShift: 0 | 1;
  readonly attrShift: 0 | 1;
  /** Whether the argument of LOAD_DEREF counts all variables; else cells and free variables only. */
  readonly derefCountsAll: boolean;
  /** Code units of cache behind an instruction, by its number; none of those that are not here. */
  readonly caches: ReadonlyMap<number, number>;
  /** Those that stand in place of another (instrumented, compiled): the code is not read on. */
  readonly replaced: ReadonlySet<number>;
}

interface Row
  extends Partial<Record<'fast' | 'pairs' | 'deref' | 'global' | 'name' | 'attr' | 'method' | 'with', string>> {
  readonly extended: number;
  /** By how many units of cache follow. */
  readonly caches?: Readonly<Record<number, string>>;
  readonly replaced?: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  '2.7': {
    extended: 145,
    fast: '124',
    deref: '136',
    global: '116',
    name: '101',
    attr: '106',
    with: '143',
  },
  '3.6': {
    extended: 144,
    fast: '124',
    deref: '136',
    global: '116',
    name: '101',
    attr: '106',
    with: '143 154',
  },
  '3.7': {
    extended: 144,
    fast: '124',
    deref: '136',
    global: '116',
    name: '101',
    attr: '106',
    method: '160',
    with: '143 154',
  },
  '3.8': {
    extended: 144,
    fast: '124',
    deref: '136',
    global: '116',
    name: '101',
    attr: '106',
    method: '160',
    with: '143 154',
  },
  '3.9': {
    extended: 144,
    fast: '124',
    deref: '136',
    global: '116',
    name: '101',
    attr: '106',
    method: '160',
    with: '143 154',
  },
  '3.10': {
    extended: 144,
    fast: '124',
    deref: '136',
    global: '116',
    name: '101',
    attr: '106',
    method: '160',
    with: '143 154',
  },
  '3.11': {
    extended: 144,
    fast: '45 46 124',
    deref: '137',
    global: '47 48 55 116',
    name: '101',
    attr: '39-43 106',
    method: '56-59 62 63 160',
    caches: {
      1: '3-8 13 14 16 60 64-67 72 73 76-81 92 113 121 122 127 141 143 166 168-170 177-180',
      2: '26-29 107',
      4: '17-25 39-43 95 106 153 154 158 159 171',
      5: '47 48 55 116',
      10: '56-59 62 63 160',
    },
  },
  '3.12': {
    extended: 144,
    fast: '86 88 124 127',
    deref: '137',
    global: '111 112 116',
    name: '101',
    attr: '70 72 73 76-82 106',
    caches: {
      1: '6-8 10 13 14 16 18-22 25 57-60 62-67 92 93 107 122 123 141 159-161 166-168',
      3: '23 24 28 29 34 38-48 56 171',
      4: '95 111-113 116 148 153',
      9: '70 72 73 76-82 106',
    },
    replaced: '237-254',
  },
  '3.13': {
    extended: 71,
    fast: '85 87',
    pairs: '88 111',
    deref: '84',
    global: '91 203 204',
    name: '92',
    attr: '82 191-202',
    caches: {
      1: '3 5 39 45 58 59 72 77 93 97-100 104 117 150-161 182-190 205 206 208 212 213 220-222',
      3: '40 53 162-181 214-219',
      4: '91 108 203 204 209-211',
      9: '82 191-202',
    },
    replaced: '70 236-254',
  },
  '3.14': {
    extended: 69,
    fast: '84 86 88',
    pairs: '87 89 113',
    deref: '83',
    global: '92 192 193',
    name: '93',
    attr: '80 177-189',
    caches: {
      1: '38 56 57 70 75 96 100-103 106 119 166-176 194 195 197 201 202 209-211',
      3: '39 52 55 143-165 203-208',
      4: '92 110 192 193 198-200',
      5: '3 44 129-142',
      9: '80 177-189',
    },
    replaced: '234-255',
  },
  '3.15': {
    extended: 67,
    fast: '83 85 87',
    pairs: '86 88 112',
    deref: '82',
    global: '91 196 197',
    name: '92',
    attr: '79 183-195',
    caches: {
      1: '4 36 54 55 68 70 74 95 99-102 105 118 128 151 152 169-182 198-204 208 209 216-218',
      3: '37 50 53 144-150 153-168 210-215',
      4: '91 109 196 197 205-207',
      5: '3 42 129-143',
      9: '79 183-195',
    },
    replaced: '233-254',
  },
};

const known = new Map<string, Opcodes>();

/** Of a version, "3.12"; null: of none that is known. */
export function opcodesOf(version: string): Opcodes | null {
  const row = ROWS[version];
  if (!row) return null;
  let opcodes = known.get(version);
  if (!opcodes) {
    opcodes = opcodesOfRow(version, row);
    known.set(version, opcodes);
  }
  return opcodes;
}

function opcodesOfRow(version: string, row: Row): Opcodes {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isAtLeast = (wanted: number) => major === 3 && minor >= wanted;
  const set = (text = '') => new Set(numbers(text));
  return {
    units: major === 2 ? 'variable' : 'words',
    EXTENDED_ARG: row.extended,
    LOAD_FAST: set(row.fast),
    LOAD_FAST_LOAD_FAST: set(row.pairs),
    LOAD_DEREF: set(row.deref),
    LOAD_GLOBAL: set(row.global),
    LOAD_NAME: set(row.name),
    LOAD_ATTR: set(row.attr),
    LOAD_METHOD: set(row.method),
    SETUP_WITH: set(row.with),
    jumpUnit: isAtLeast(10) ? 2 : 1,
    globalShift: isAtLeast(11) ? 1 : 0,
    attrShift: isAtLeast(12) ? 1 : 0,
    derefCountsAll: isAtLeast(11),
    caches: new Map(
      Object.entries(row.caches ?? {}).flatMap(([units, text]) =>
        numbers(text).map((opcode): [number, number] => [opcode, Number(units)]),
      ),
    ),
    replaced: set(row.replaced),
  };
}

/** "3-5 8": 3, 4, 5, 8. */
function numbers(text: string): number[] {
  return text
    .split(' ')
    .filter(Boolean)
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}
