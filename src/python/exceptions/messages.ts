/**
 * What would `str` of an exception be made of? The built-in ones say it by their members, found by their `tp_str`, which
 * subclasses inherit. Where it is anything else, Python would have to run: then what the exception holds is told instead.
 */
import { type Address, isUserSpace, offsetBy } from '../../memory/address.js';
import { CorruptData, readSsize } from '../../memory/reader.js';
import { exceptionFieldsOf, TP_STR_BEHIND_REPR } from '../layouts/exception-fields.js';
import type { Tree, ValueReader } from '../objects/index.js';
import type { KnownType } from '../objects/types.js';
import { readCharacters } from '../text.js';
import type { MessagePart, ReadMessage } from './answers.js';

/** Exceptions that are each the only argument of the next. */
const NESTING_LIMIT = 10;
/** Where the character that could not be encoded is looked for. */
const CHARACTERS_LIMIT = 100_000;

/** Its text, of the exception at `address`, whose type is `type`. Throws MemoryFault, InvalidAddress, CorruptData. */
export function readMessage(values: ValueReader, address: Address, type: KnownType, nesting = 0): ReadMessage {
  const told = type.isException ? partsOf(values, address, type, nesting) : null;
  if (told?.every((part) => typeof part === 'string' || isCertain(part, values))) {
    return { kind: 'parts', parts: told };
  }
  return untold(values, address, type);
}

/** The text of any object. */
export function strOf(values: ValueReader, pointer: number, nesting = 0): readonly MessagePart[] | null {
  const type = values.typeOf(pointer);
  if (type?.isException && nesting < NESTING_LIMIT) {
    const inner = readMessage(values, pointer as Address, type, nesting + 1);
    return inner.kind === 'parts' ? inner.parts : null;
  }
  return [{ as: 'str', value: values.read(pointer) }];
}

/** Null: that cannot be told. */
function partsOf(
  values: ValueReader,
  address: Address,
  type: KnownType,
  nesting: number,
): readonly MessagePart[] | null {
  const member = (index: number) =>
    values.python.pointer(address, exceptionFieldsOf(values.python.layout).base.sizeof + 8 * index);
  switch (sayerOf(values, type)) {
    case 'BaseException':
      return argsText(values, address, nesting);
    case 'KeyError': {
      const args = argsOf(values, address);
      return args.length === 1 ? [repr(values, args[0] ?? 0)] : argsText(values, address, nesting);
    }
    case 'OSError':
    case 'EnvironmentError':
      return osErrorText(values, member) ?? argsText(values, address, nesting);
    case 'SyntaxError':
      return syntaxErrorText(values, member);
    case 'ImportError': {
      const isText = values.typeOf(member(0))?.tp_name === 'str';
      return isText && !values.python.layout.python2 ? [str(values, member(0))] : argsText(values, address, nesting);
    }
    case 'UnicodeEncodeError':
    case 'UnicodeDecodeError':
    case 'UnicodeTranslateError':
      return unicodeErrorText(values, address, member, sayerOf(values, type) ?? '');
    case 'BaseExceptionGroup': {
      const count = tupleOf(values, member(1)).length;
      return [str(values, member(0)), ` (${count} sub-exception${count === 1 ? '' : 's'})`];
    }
    default:
      return null;
  }
}

/** The most basic type whose `__str__` it has; null: one that only running tells. */
function sayerOf(values: ValueReader, type: KnownType): string | null {
  const own = tp_str(values, type);
  const line = [...values.types.line(type)].reverse();
  const sayer = line.find((each) => each.isException && tp_str(values, each) === own);
  return sayer && !sayer.isClass ? sayer.shortName : null;
}

function tp_str({ python }: ValueReader, { address }: KnownType): number {
  return python.pointer(address, python.layout.PyTypeObject.tp_repr + TP_STR_BEHIND_REPR);
}

/** https://github.com/python/cpython/blob/v3.12.1/Objects/exceptions.c (BaseException_str) */
function argsText(values: ValueReader, address: Address, nesting: number): readonly MessagePart[] | null {
  const args = argsOf(values, address);
  if (args.length === 0) return [];
  if (args.length === 1) return strOf(values, args[0] ?? 0, nesting);
  return [repr(values, values.python.pointer(address, argsOffset(values)))];
}

/** (OSError_str) */
function osErrorText(values: ValueReader, member: (index: number) => number): readonly MessagePart[] | null {
  const [errno, strerror, filename] = [member(0), member(1), member(2)];
  const filename2 = values.python.layout.python2 ? 0 : member(3);
  const none = (pointer: number): MessagePart => (pointer === 0 ? 'None' : str(values, pointer));
  const head = ['[Errno ', none(errno), '] ', none(strerror)];
  if (filename !== 0) {
    const second = filename2 === 0 ? [] : [' -> ', repr(values, filename2)];
    return [...head, ': ', repr(values, filename), ...second];
  }
  return errno !== 0 && strerror !== 0 && isTrue(values, errno) && isTrue(values, strerror) ? head : null;
}

/** Up to 2.7 an errno of 0 or None made no such text; later it does as long as both were given. */
function isTrue(values: ValueReader, pointer: number): boolean {
  return !values.python.layout.python2 || values.typeOf(pointer)?.tp_name !== 'NoneType';
}

/** (SyntaxError_str) */
function syntaxErrorText(values: ValueReader, member: (index: number) => number): readonly MessagePart[] {
  const [msg, filename, lineno] = [member(0), member(1), member(2)];
  const file = baseName(values, filename);
  const hasLine = ['int', 'long'].includes(values.typeOf(lineno)?.tp_name ?? '');
  const head: MessagePart[] = msg === 0 ? ['None'] : [str(values, msg)];
  if (file === null && !hasLine) return head;
  if (!hasLine) return [...head, ` (${file})`];
  return [...head, file === null ? ' (line ' : ` (${file}, line `, str(values, lineno), ')'];
}

function baseName(values: ValueReader, pointer: number): string | null {
  const text = pointer === 0 ? null : values.types.text(pointer);
  return text === null ? null : text.slice(text.lastIndexOf('/') + 1);
}

/** (UnicodeEncodeError_str, UnicodeDecodeError_str, UnicodeTranslateError_str) */
function unicodeErrorText(
  values: ValueReader,
  address: Address,
  member: (index: number) => number,
  type: string,
): readonly MessagePart[] | null {
  const { sizeof } = exceptionFieldsOf(values.python.layout).base;
  const [encoding, object, reason] = [member(0), member(1), member(4)];
  if (object === 0) return [];
  const start = readSsize(values.python.memory, offsetBy(address, sizeof + 16));
  const end = readSsize(values.python.memory, offsetBy(address, sizeof + 24));
  const verb = type === 'UnicodeDecodeError' ? 'decode' : type === 'UnicodeEncodeError' ? 'encode' : 'translate';
  const head: MessagePart[] =
    verb === 'translate' ? ["can't translate"] : ["'", str(values, encoding), `' codec can't ${verb}`];
  const unit = verb === 'decode' ? 'byte' : 'character';
  if (end !== start + 1) return [...head, ` ${unit}s in position ${start}-${end - 1}: `, str(values, reason)];
  const bad = verb === 'decode' ? byteAt(values, object, start) : characterAt(values, object, start);
  return bad === null ? null : [...head, ` ${unit} ${bad} in position ${start}: `, str(values, reason)];
}

function byteAt({ python }: ValueReader, object: number, index: number): string | null {
  if (!isUserSpace(object) || index < 0) return null;
  const length = python.ssize(object as Address, python.layout.PyVarObject.ob_size);
  if (index >= length) return null;
  const at = offsetBy(object as Address, python.layout.PyBytesObject.ob_sval + index);
  return `0x${hex(python.memory.read(at, 1).getUint8(0), 2)}`;
}

function characterAt(values: ValueReader, object: number, index: number): string | null {
  const { python } = values;
  if (python.layout.python2 || !isUserSpace(object) || index < 0 || index >= CHARACTERS_LIMIT) return null;
  const { view, kind, length } = readCharacters(python, object as Address, index + 1);
  if (index >= length) return null;
  const at = index * kind;
  const point = kind === 1 ? view.getUint8(at) : kind === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  const written =
    point <= 0xff ? `\\x${hex(point, 2)}` : point <= 0xffff ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
  return `'${written}'`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function argsOffset({ python }: ValueReader): number {
  return python.layout.objects.PyBaseExceptionObject.args;
}

function argsOf(values: ValueReader, address: Address): readonly number[] {
  const pointer = values.python.pointer(address, argsOffset(values));
  return pointer === 0 ? [] : tupleOf(values, pointer).pointers(2);
}

/** How many there are in a tuple, and its first. Throws CorruptData. */
export function tupleOf(
  { python, types }: ValueReader,
  pointer: number,
): { readonly length: number; pointers(most: number): number[] } & { readonly at: Address } {
  const at = pointer as Address;
  if (!isUserSpace(pointer) || types.of(at).tp_name !== 'tuple') throw new CorruptData('its arguments are no tuple');
  const length = python.ssize(at, python.layout.PyVarObject.ob_size);
  if (length < 0) throw new CorruptData(`its arguments have the size ${length}`);
  const { ob_item } = python.layout.PyTupleObject;
  return {
    at,
    length,
    pointers: (most) => Array.from({ length: Math.min(length, most) }, (_, i) => python.pointer(at, ob_item + 8 * i)),
  };
}

function str(values: ValueReader, pointer: number): MessagePart {
  return { as: 'str', value: values.read(pointer) };
}

function repr(values: ValueReader, pointer: number): MessagePart {
  return { as: 'repr', value: values.read(pointer) };
}

function untold(values: ValueReader, address: Address, type: KnownType): ReadMessage {
  const { dict } = exceptionFieldsOf(values.python.layout).base;
  const args = type.isException ? values.python.pointer(address, argsOffset(values)) : 0;
  const attributes = type.isException ? values.python.pointer(address, dict) : 0;
  return {
    kind: 'untold',
    args: args === 0 ? null : values.read(args),
    attributes: attributes === 0 ? null : values.read(attributes),
  };
}

/** Kinds whose `repr` is that of Python only by chance, or that a class may have its own for. */
const UNCERTAIN: ReadonlySet<string> = new Set<Tree['kind']>([
  'instance',
  'subclass',
  'opaque',
  'exception',
  'unmade-exception',
  'unreadable',
  'null',
  'ndarray',
  'array',
  'generator',
  'wrapped',
  'module',
  'record',
]);
/** Kinds whose `str` is their `repr`. */
const SAME_IN_BOTH: ReadonlySet<string> = new Set<Tree['kind']>([
  'constant',
  'bool',
  'int',
  'cut-int',
  'list',
  'tuple',
  'dict',
  'set',
  'bytes',
  'redacted',
  'cut',
  'class',
  'function',
]);

/** Whether the text of it is surely that of Python. */
function isCertain({ as, value }: Exclude<MessagePart, string>, values: ValueReader): boolean {
  const { tree, problem } = value;
  if (problem !== null) return false;
  if (as === 'str') {
    const python2 = values.python.layout.python2 !== undefined;
    if (tree.kind === 'str' || (tree.kind === 'bytes' && tree.of === 'str')) return true;
    // Python 2's `str` writes a float with fewer digits, and a `long` without its letter.
    const same = SAME_IN_BOTH.has(tree.kind) && !(tree.kind === 'int' && tree.long);
    if (!same && !(tree.kind === 'float' || tree.kind === 'complex' ? !python2 : false)) return false;
  }
  return isPlain(tree);
}

function isPlain(part: unknown): boolean {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return true;
  if (Array.isArray(part)) return part.every(isPlain);
  if ('kind' in part && typeof part.kind === 'string' && UNCERTAIN.has(part.kind)) return false;
  return Object.values(part).every(isPlain);
}
