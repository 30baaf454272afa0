/**
 * What can a Python object be, once it is read? One kind for each form that is told apart, with what it holds as numbers,
 * text and trees: nothing here is written as `repr` writes it, so that whoever asks (who owns this lock, where does that
 * generator stand) need not take a text apart. `repr/` prints it.
 *
 * What was left out is told by the node itself: `omitted`, or `length`, how many there are, beside the `items` that were read.
 */
export type Tree =
  | ConstantTree
  | NumberTree
  | TextTree
  | ContainerTree
  | RecordTree
  | InstanceTree
  | ProgramTree
  | TimeTree
  | ArrayTree
  | LibraryTree
  | TypingTree
  | SynchronizationTree
  | MissingTree;

/** Whether what a container holds was read; if not: it is being shown already further out, or it lies too deep. */
export type Shown = 'inside' | 'again' | 'too-deep';

/** An object that is named by its type and place only. */
export interface Place {
  readonly type: string;
  readonly address: number;
}

/** `None`, `Ellipsis`, `NotImplemented`. */
export interface ConstantTree {
  readonly kind: 'constant';
  readonly name: string;
}

/** `long`: Python 2's `long`, which is written with an `L`. */
export type NumberTree =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint; readonly long: boolean }
  /** An `int` of more digits than are shown: its sign and leading digits. `about`: `digits` is right to one or so. */
  | {
      readonly kind: 'cut-int';
      readonly leading: string;
      readonly digits: number;
      readonly about: boolean;
    }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'complex'; readonly real: number; readonly imag: number }
  /** C's `long double`, or a complex number of two, as it is written. */
  | { readonly kind: 'long-float'; readonly text: string }
  /** `digits`: how many it has, where `text` holds only the first of them; else null. */
  | { readonly kind: 'decimal'; readonly text: string; readonly digits: number | null };

export interface StrTree {
  readonly kind: 'str';
  /** The first characters. Lone surrogates stay lone surrogates; characters beyond U+FFFF are pairs. */
  readonly text: string;
  /** The same as code points where `text` alone would not tell two lone surrogates from a pair; else null. */
  readonly points: readonly number[] | null;
  /** How many characters of it are not here; null: some, how many is not told. */
  readonly omitted: number | null;
  /** `unicode` of Python 2; its code units in bytes. Null: `str`. */
  readonly unit: 1 | 2 | 4 | null;
}

export interface BytesTree {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  /** How many of them are not here; null: some, how many is not told. */
  readonly omitted: number | null;
  /** `str`: that of Python 2. */
  readonly of: 'bytes' | 'str';
}

export type TextTree =
  | StrTree
  | BytesTree
  | { readonly kind: 'bytearray'; readonly name: string; readonly bytes: Uint8Array; readonly omitted: number }
  | { readonly kind: 'memoryview'; readonly released: boolean; readonly address: number }
  /** Python 2's: where its bytes are, not what they are. Sizes in bytes. */
  | {
      readonly kind: 'buffer';
      readonly readonly: boolean;
      readonly base: number;
      readonly pointer: number;
      readonly size: bigint;
      readonly offset: bigint;
      readonly address: number;
    };

/** A sequence of objects. */
export interface Elements {
  readonly items: readonly Tree[];
  readonly length: number;
  readonly shown: Shown;
}

/** Keys with their values. */
export interface Entries {
  readonly items: readonly (readonly [key: Tree, value: Tree])[];
  readonly length: number;
  readonly shown: Shown;
}

export interface DictTree extends Entries {
  readonly kind: 'dict';
}

/** `name` is what the container goes by where a subclass has its own. */
export type ContainerTree =
  | (Elements & { readonly kind: 'list' | 'tuple' })
  /** `literal`: a plain `set`, written in braces. */
  | (Elements & { readonly kind: 'set'; readonly name: string; readonly literal: boolean })
  /** `maxlen` null: no limit. */
  | (Elements & { readonly kind: 'deque'; readonly name: string; readonly maxlen: number | null })
  | DictTree
  | (Entries & { readonly kind: 'ordered-dict'; readonly name: string })
  | (Entries & { readonly kind: 'counter'; readonly name: string })
  | { readonly kind: 'defaultdict'; readonly name: string; readonly factory: Tree | null; readonly dict: DictTree }
  | (Entries & { readonly kind: 'dict-view'; readonly of: 'keys' | 'values' | 'items'; readonly name: string })
  /** A mapping seen through another object. */
  | { readonly kind: 'mapping-proxy'; readonly name: string; readonly mapping: Tree };

export interface Field {
  /** null: it has none, or that is no text: then `key` is what stands in its place. */
  readonly name: string | null;
  readonly key?: Tree;
  readonly value: Tree;
}

/** What has named fields and says so: a tuple with names, a dataclass, a namespace. */
export interface RecordTree {
  readonly kind: 'record';
  readonly form: 'struct-sequence' | 'namedtuple' | 'dataclass' | 'namespace';
  readonly name: string;
  readonly fields: readonly Field[];
  readonly length: number;
  readonly shown: Shown;
}

export type InstanceTree =
  | {
      readonly kind: 'instance';
      /** With its module. */
      readonly type: string;
      readonly address: number;
      /** null: not looked at, because it is inside another instance. */
      readonly attributes: readonly Field[] | null;
      /** Whether those are all. */
      readonly complete: boolean;
      readonly shown: Shown;
      /** Of Python 2's classes without `object`. */
      readonly classic: boolean;
    }
  /** Of a class with a `__repr__` of its own that derives from a built-in type: what it inherits, and what it has besides. */
  | {
      readonly kind: 'subclass';
      readonly name: string;
      readonly inherited: Tree;
      readonly attributes: readonly Field[];
      readonly complete: boolean;
    }
  | {
      readonly kind: 'enum-member';
      readonly type: string;
      /** Of a combination: the names it is made of, joined by `|`; null: it has none. */
      readonly name: string | null;
      readonly value: Tree;
    }
  /** A member that goes by a name of its module: `re.IGNORECASE`. */
  | { readonly kind: 'global-name'; readonly name: string }
  /** ... or by its class and value there. */
  | { readonly kind: 'global-value'; readonly name: string; readonly value: Tree }
  /** Of an extension's type that is not known. */
  | (Place & { readonly kind: 'opaque'; readonly attributes: readonly Field[]; readonly complete: boolean });

/** What a program consists of. */
export type ProgramTree =
  /** A name or path that Python 2 writes as it is. */
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'function'; readonly name: string; readonly address: number }
  | { readonly kind: 'method'; readonly name: string; readonly self: Tree | null; readonly shown: Shown }
  | { readonly kind: 'builtin'; readonly name: string; readonly owner: Place | null }
  | { readonly kind: 'descriptor'; readonly what: string; readonly name: string; readonly owner: string }
  | { readonly kind: 'method-wrapper'; readonly name: string; readonly owner: Place }
  | { readonly kind: 'class'; readonly what: 'class' | 'enum' | 'flag' | 'type'; readonly name: string }
  /** Python 2's, without `object`. */
  | { readonly kind: 'classic-class'; readonly name: string; readonly address: number }
  | {
      readonly kind: 'module';
      /** null: its dict lacks one that is text. */
      readonly name: Tree | null;
      readonly origin: 'file' | 'named' | 'unknown';
      /** Where it is from; a name for `named`. */
      readonly from: Tree | string | null;
    }
  | { readonly kind: 'dictless-module' }
  /** `staticmethod`, `classmethod`. `inside` null: not read. */
  | (Place & { readonly kind: 'wrapped'; readonly inside: Tree | null; readonly shown: Shown })
  | { readonly kind: 'cell'; readonly address: number; readonly content: Place | null }
  | {
      readonly kind: 'code';
      readonly name: string;
      readonly file: string;
      readonly line: number;
      readonly address: number;
    }
  | GeneratorTree
  | (Elements & { readonly kind: 'exception'; readonly type: string })
  /** Up to 3.11, one that is being raised may not be made yet: what is to become its arguments. */
  | { readonly kind: 'unmade-exception'; readonly type: string; readonly argument: Tree }
  | {
      readonly kind: 'partial';
      readonly name: string;
      readonly function: Tree | null;
      readonly positional: Omit<Elements, 'shown'>;
      readonly keywords: readonly Field[];
      readonly keywordCount: number;
      readonly shown: Shown;
    };

/** A generator, coroutine or asynchronous generator. */
export interface GeneratorTree {
  readonly kind: 'generator';
  readonly type: string;
  readonly name: string;
  readonly address: number;
  readonly state: 'not started' | 'suspended' | 'running' | 'finished';
  /** Where it stands while suspended; null: not known. */
  readonly at: { readonly file: string; readonly line: number } | null;
}

/** As `type` names it. */
export type TimeTree =
  | {
      readonly kind: 'date';
      readonly type: string;
      readonly year: number;
      readonly month: number;
      readonly day: number;
    }
  | {
      readonly kind: 'datetime';
      readonly type: string;
      readonly year: number;
      readonly month: number;
      readonly day: number;
      readonly time: ClockTime;
      readonly fold: boolean;
      readonly tzinfo: Tree | null;
    }
  | {
      readonly kind: 'time';
      readonly type: string;
      readonly time: ClockTime;
      readonly fold: boolean;
      readonly tzinfo: Tree | null;
    }
  | {
      readonly kind: 'timedelta';
      readonly type: string;
      readonly days: number;
      readonly seconds: number;
      readonly microseconds: number;
    }
  | { readonly kind: 'timezone'; readonly type: string; readonly offset: Tree; readonly name: Tree | null }
  /** `key` null: read from `file`. */
  | { readonly kind: 'zoneinfo'; readonly name: string; readonly key: Tree | null; readonly file: string }
  /** pandas's: any year, nanoseconds. */
  | {
      readonly kind: 'timestamp';
      readonly name: string;
      readonly year: bigint;
      readonly month: number;
      readonly day: number;
      readonly time: ClockTime;
      /** Beyond `time`. */
      readonly nanosecond: number;
      /** Seconds east of Greenwich at that moment, and where that is; null: it is nowhere. */
      readonly zone: { readonly offset: bigint; readonly name: string | Tree } | null;
    }
  /** numpy's: any year, any unit, as ISO 8601 has it. */
  | { readonly kind: 'moment'; readonly text: string }
  /** `nanoseconds` in all. */
  | { readonly kind: 'long-timedelta'; readonly name: string; readonly nanoseconds: bigint };

export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

export type ArrayTree =
  /** `array.array`; of characters, `text`. */
  | {
      readonly kind: 'array';
      readonly name: string;
      readonly code: string;
      readonly text: StrTree | null;
      readonly items: readonly Tree[];
      readonly length: number;
    }
  | {
      readonly kind: 'ndarray';
      readonly type: string;
      readonly address: number;
      readonly dtype: string;
      readonly shape: readonly number[];
      /** The last index changes fastest; null: elements of a kind that is not taken apart. */
      readonly items: readonly Tree[] | null;
      readonly length: bigint;
      readonly shown: Shown;
    }
  /** `form`: as its type writes it. `more`: what stands behind the value: a unit, a type. */
  | {
      readonly kind: 'numpy-scalar';
      readonly name: string;
      readonly form: 'value' | 'bool' | 'bare-complex' | 'quoted';
      readonly value: Tree;
      readonly more: string | null;
    }
  | { readonly kind: 'dtype'; readonly name: string };

export type LibraryTree =
  | { readonly kind: 'uuid'; readonly name: string; readonly value: bigint }
  | { readonly kind: 'path'; readonly name: string; readonly path: Tree }
  /** What is written as the call that makes it: `slice(1, 2, None)`, `count(5)`, `operator.itemgetter(0)`. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly items: readonly Tree[];
      readonly length: number;
      readonly shown: Shown;
      /** What stands for it inside itself. */
      readonly again: string;
    }
  /** A compiled regular expression. `pattern` null: not read. */
  | { readonly kind: 'pattern'; readonly pattern: StrTree | BytesTree | null; readonly flags: number }
  | {
      readonly kind: 'match';
      readonly type: string;
      readonly start: number;
      readonly end: number;
      readonly text: StrTree | BytesTree | null;
    }
  /** Python 2's. */
  | {
      readonly kind: 'file';
      readonly closed: boolean;
      readonly name: Tree;
      readonly mode: string;
      readonly address: number;
    };

/** Types made of types. */
export type TypingTree =
  /** What goes by a name: `~T`, `typing.Any`, a class where it stands in another type. */
  | { readonly kind: 'type-name'; readonly name: string }
  | (Elements & {
      readonly kind: 'alias';
      readonly head: Tree | null;
      readonly form: 'plain' | 'callable' | 'optional';
    })
  | (Elements & { readonly kind: 'union' })
  | (Elements & { readonly kind: 'annotated'; readonly origin: Tree | null });

export type SynchronizationTree =
  | (Place & { readonly kind: 'lock'; readonly locked: boolean })
  /** `owner`: a `PyThreadState.thread_id`. `count`: how often it holds it. */
  | (Place & { readonly kind: 'rlock'; readonly locked: boolean; readonly owner: number; readonly count: number })
  | {
      readonly kind: 'weakref';
      readonly proxy: boolean;
      readonly address: number;
      /** null: it is gone. `name`: what the object calls itself. */
      readonly referent: (Place & { readonly name: string | null }) | null;
    };

export type MissingTree =
  /** A NULL pointer where an object should be. */
  | { readonly kind: 'null' }
  | { readonly kind: 'unbound' }
  /** A variable whose value is somewhere else than in its frame. */
  | { readonly kind: 'not-kept' }
  /** `type`: its name; null: that cannot be read either. */
  | { readonly kind: 'unreadable'; readonly address: number; readonly type: string | null; readonly reason: string }
  /** Withheld, without being read. */
  | { readonly kind: 'redacted' }
  /** Left out because so much was read already. */
  | { readonly kind: 'cut' };
