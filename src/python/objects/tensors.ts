/**
 * Of which shape and type is a tensor of PyTorch, where does it lie, and does it ask for gradients? Its elements may be on
 * another device and are not read. What is kept is C++'s and moves between versions, so nothing is taken from a place by
 * itself: a tensor points back to its object, sizes lie behind that and their product is a number stored apart, the storage
 * has the same device and room for all elements. Where one of it is otherwise, the object is shown like any other.
 * https://github.com/pytorch/pytorch/blob/v2.4.0/c10/core/TensorImpl.h (TensorImpl), impl/SizesAndStrides.h, StorageImpl.h
 */
import { type Address, isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, type MemoryReader, pointerAt, ssizeAt } from '../../memory/reader.js';
import { reasonOf } from '../problem.js';
import { readOwnAttributes } from './attributes.js';
import { readInstance } from './instances.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import { readRequiresGrad } from './tensor-gradients.js';
import { DEVICES, ELEMENTS, type TensorElement } from './tensor-types.js';
import type { Field, Tree } from './tree.js';

/** Behind the object header lies the pointer to the tensor, or (MaybeOwned, in older versions) a word before it. */
const POINTERS = [0, 8] as const;
/** How large the head of a counted object is: the virtual table with two counters in one word, or in two. */
const HEADS = [16, 24] as const;
/** Behind that head: storage, gradients, two words more; then the object it has, maybe after the interpreter of that. */
const TENSOR = { storage_: 0, autograd_meta_: 8 } as const;
const BACK_POINTERS = [32, 40] as const;
/** Behind the pointer back: up to five sizes and as many strides are kept there, more elsewhere. */
const SIZES = { size_: 8, outOfLineStorage_: 16, inlineStrides_: 56, inside: 5 } as const;
const BEHIND = { storage_offset_: 96, numel_: 104, data_type_: 112, flags: 117, end: 120 } as const;
/**
 * The device, with whether there is one behind it (`std::optional`) or before it (`c10::optional`, in older versions); and the bits of
 * the second and third byte of flags by which somebody else says what shape and device a tensor has: 1.12 leaves those
 * from the fifth on to chance.
 */
const OPTIONALS = [
  { device: 114, hasValue: 116, toldByOthers: [0xfc, 0x7f] },
  { device: 115, hasValue: 114, toldByOthers: [0x0c] },
] as const;
/** Behind its head: the data with what frees it, the device, how many bytes. */
const STORAGE = { device: 24, size_bytes_: 32, end: 40 } as const;
const MAX_DIMENSIONS = 64;

/** What a subclass may say of itself in another way than a tensor does. */
const OVERRIDES = ['__torch_dispatch__', '__torch_function__', 'shape', 'dtype', 'device', 'requires_grad'] as const;
const PYTORCHS_OWN: ReadonlySet<string> = new Set(['torch.nn.parameter.Parameter', 'torch.nn.parameter.Buffer']);

interface TensorInHand {
  readonly shape: readonly number[];
  readonly element: TensorElement;
  readonly device: string;
  /** null: not told. */
  readonly requiresGrad: boolean | null;
}

/** `<torch.Tensor at 0x…: shape=(2, 3), dtype=torch.float32, device=cpu, requires_grad=False>` */
export const readTensor: ReadKind = (object, reading, depth) => {
  const instance = readInstance(object, reading, depth);
  const tensor = saysItself(object, reading) ? tensorOf(object, reading) : null;
  if (tensor === null || instance.kind !== 'instance') return instance;
  const fields = fieldsOf(tensor);
  for (const { value } of fields) reading.count(value);
  if (instance.attributes) return { ...instance, attributes: [...fields, ...instance.attributes] };
  // Inside another instance its own attributes are not shown; hardly any has some.
  const complete = readOwnAttributes(object, reading, 1).attributes.length === 0;
  return { ...instance, attributes: fields, complete, shown: 'inside' };
};

function fieldsOf({ shape, element, device, requiresGrad }: TensorInHand): Field[] {
  const items = shape.map((size): Tree => ({ kind: 'int', value: BigInt(size), long: false }));
  const fields: Field[] = [
    { name: 'shape', value: { kind: 'tuple', items, length: items.length, shown: 'inside' } },
    { name: 'dtype', value: { kind: 'type-name', name: `torch.${element.name}` } },
    { name: 'device', value: { kind: 'type-name', name: device } },
  ];
  if (requiresGrad !== null) fields.push({ name: 'requires_grad', value: { kind: 'bool', value: requiresGrad } });
  return fields;
}

/** Whether no class between it and `torch.Tensor` says in its own way what shape or type it is. */
function saysItself({ type }: ObjectInHand, reading: Reading): boolean {
  for (const each of reading.types.line(type)) {
    if (each.name === 'torch.Tensor') return true;
    if (PYTORCHS_OWN.has(each.name)) continue;
    const body = reading.types.body(each);
    if (OVERRIDES.some((name) => body.has(name))) return false;
  }
  return false;
}

/** null: it is not laid out in a way that proves itself. */
function tensorOf({ address }: ObjectInHand, reading: Reading): TensorInHand | null {
  const header = reading.layout.PyObject.sizeof;
  for (const offset of POINTERS) {
    for (const head of HEADS) {
      for (const back of BACK_POINTERS) {
        try {
          const pointer = reading.pointer(address, header + offset);
          if (!isUserSpace(pointer)) continue;
          const found = decodeTensor(address, toAddress(pointer), head, back, reading.memory);
          if (found) return found;
        } catch (error) {
          // Read as what it is not.
          reasonOf(error);
        }
      }
    }
  }
  return null;
}

function decodeTensor(
  object: Address,
  impl: Address,
  head: number,
  back: number,
  memory: MemoryReader,
): TensorInHand | null {
  const start = offsetBy(impl, head);
  const view = memory.read(start, back + BEHIND.end);
  if (pointerAt(view, back) !== object) return null;
  const part = memory.read(offsetBy(start, back), BEHIND.end);
  const { shape, strides } = readSizes(part, memory);
  const length = shape.reduce((product, size) => product * BigInt(size), 1n);
  const numel = ssizeAt(part, BEHIND.numel_);
  const element = ELEMENTS[part.getUint16(BEHIND.data_type_, true)];
  if (length !== BigInt(numel) || !element) return null;
  const storage = memory.read(toAddress(pointerAt(view, TENSOR.storage_) + head), STORAGE.end);
  const device = deviceAt(storage, STORAGE.device);
  const isThere = OPTIONALS.some(
    (optional) =>
      part.getUint8(optional.hasValue) === 1 &&
      deviceAt(part, optional.device) === device &&
      optional.toldByOthers.every((bits, i) => (part.getUint8(BEHIND.flags + 1 + i) & bits) === 0),
  );
  if (device === null || !isThere) return null;
  // The last element lies where all indexes are at their highest.
  const offset = BigInt(ssizeAt(part, BEHIND.storage_offset_));
  const last = shape.reduce((sum, size, i) => sum + BigInt(size - 1) * BigInt(strides[i] ?? 0), offset);
  const bytes = numel === 0 ? 0n : ((last + 1n) * BigInt(element.bits) + 7n) / 8n;
  if (offset < 0n || BigInt(ssizeAt(storage, STORAGE.size_bytes_)) < bytes) return null;
  return { shape, element, device, requiresGrad: readRequiresGrad(pointerAt(view, TENSOR.autograd_meta_), memory) };
}

/** Throws CorruptData where they are none. */
function readSizes(part: DataView, memory: MemoryReader): { shape: number[]; strides: number[] } {
  const count = ssizeAt(part, SIZES.size_);
  if (count < 0 || count > MAX_DIMENSIONS) throw new CorruptData(`a tensor of ${count} dimensions`);
  const isInside = count <= SIZES.inside;
  const view = isInside ? part : memory.read(toAddress(pointerAt(part, SIZES.outOfLineStorage_)), 16 * count);
  const all = (at: number) => Array.from({ length: count }, (_, i) => ssizeAt(view, at + 8 * i));
  const shape = all(isInside ? SIZES.outOfLineStorage_ : 0);
  const strides = all(isInside ? SIZES.inlineStrides_ : 8 * count);
  if (![...shape, ...strides].every((size) => size >= 0)) throw new CorruptData('a tensor of negative sizes');
  return { shape, strides };
}

/** `cpu`, `cuda:0`; null: of a kind that goes by a name of its own, or of none. */
function deviceAt(view: DataView, offset: number): string | null {
  const name = DEVICES[view.getInt8(offset)];
  const index = view.getInt8(offset + 1);
  if (name === undefined || index < -1) return null;
  return index === -1 ? name : `${name}:${index}`;
}
