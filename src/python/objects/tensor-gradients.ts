/**
 * Does a tensor of PyTorch ask for gradients? What is kept of them lies in one of several ways, and which is not written
 * anywhere: an answer is given where it is the same in all ways that are known. A view, which may get it from what it is a view
 * of, is not told of; neither are builds with C++'s older strings (PyPI's up to 2.6), unless nothing is kept.
 * https://github.com/pytorch/pytorch/blob/v2.7.0/torch/csrc/autograd/variable.h (AutogradMeta)
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import { type MemoryReader, pointerAt } from '../../memory/reader.js';
import { reasonOf } from '../problem.js';

/** The name is a `std::string`, which is empty and kept in itself. */
const AUTOGRAD = { name_: 8, grad_fn_: 48, end: 176 } as const;
const EMPTY_NAME = { text: 16, length: 8 } as const;
/**
 * Where `requires_grad_` lies: where what computes gradients is held by one pointer (2.15); by two (from 2.1 on); and by two,
 * with no hooks for what was accumulated (2.0), which is a byte left to chance in 2.15.
 */
const REQUIRES_GRAD = { one: 128, two: 144, old: 136 } as const;
/** Behind that: two more truth values, the output's number. */
const LEAF = { retains_grad_: 1, is_view_: 2, output_nr_: 4 } as const;
/** Of a lock that is held, which lies there in another way: that one holds it. */
const LOCK_USERS = 12;

/** `pointer`: to what is kept of its gradients. null: not told. */
export function readRequiresGrad(pointer: number, memory: MemoryReader): boolean | null {
  if (pointer === 0) return false;
  try {
    const meta = toAddress(pointer);
    const view = memory.read(meta, AUTOGRAD.end);
    const isNameless =
      pointerAt(view, AUTOGRAD.name_) === offsetBy(meta, AUTOGRAD.name_ + EMPTY_NAME.text) &&
      pointerAt(view, AUTOGRAD.name_ + EMPTY_NAME.length) === 0;
    if (!isNameless) return null;
    // Whatever was computed from what asks for them asks for them.
    if (pointerAt(view, AUTOGRAD.grad_fn_) !== 0) return true;
    return requiresGradOfLeaf(view);
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

function requiresGradOfLeaf(view: DataView): boolean | null {
  const { one, two, old } = REQUIRES_GRAD;
  const isPlain = [one, two, old].every((at) => view.getUint8(at + LEAF.is_view_) === 0);
  if (!isPlain) return null;
  const values = [one, two].map((at) => view.getUint8(at));
  if (values.every((value) => value === 0)) return view.getUint8(old) === 1 ? null : false;
  const at = values[0] === 0 ? two : one;
  const isOne = values.every((value, i) => value === ((at === one) === (i === 0) ? 1 : 0));
  const isLeaf =
    view.getUint8(at + LEAF.retains_grad_) === 0 &&
    view.getUint32(at + LEAF.output_nr_, true) === 0 &&
    view.getUint32(at + LOCK_USERS, true) !== 1;
  return isOne && isLeaf ? true : null;
}
