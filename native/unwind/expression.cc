#include "expression.h"

#include <dwarf.h>

#include <algorithm>
#include <array>

namespace pystack::unwind {
namespace {

// Real unwind expressions have a dozen operations (glibc's signal frames, PLT entries); these are far above.
constexpr unsigned kMaxSteps = 1024;
constexpr unsigned kMaxDepth = 64;

class Stack {
 public:
  bool push(std::uint64_t value) {
    if (depth_ == kMaxDepth) return false;
    items_[depth_++] = value;
    return true;
  }
  bool pop(std::uint64_t& value) {
    if (depth_ == 0) return false;
    value = items_[--depth_];
    return true;
  }
  // The entry `below` the top (0: the top itself).
  bool pick(std::uint64_t below, std::uint64_t& value) const {
    if (below >= depth_) return false;
    value = items_[depth_ - 1 - below];
    return true;
  }

 private:
  std::array<std::uint64_t, kMaxDepth> items_{};
  unsigned depth_ = 0;
};

std::optional<std::uint64_t> binary(std::uint8_t atom, std::uint64_t left, std::uint64_t right) {
  const auto signedLeft = static_cast<std::int64_t>(left);
  const auto signedRight = static_cast<std::int64_t>(right);
  switch (atom) {
    case DW_OP_plus: return left + right;
    case DW_OP_minus: return left - right;
    case DW_OP_mul: return left * right;
    case DW_OP_and: return left & right;
    case DW_OP_or: return left | right;
    case DW_OP_xor: return left ^ right;
    case DW_OP_shl: return right < 64 ? left << right : 0;
    case DW_OP_shr: return right < 64 ? left >> right : 0;
    case DW_OP_shra: return static_cast<std::uint64_t>(signedLeft >> std::min<std::uint64_t>(right, 63));
    case DW_OP_eq: return left == right;
    case DW_OP_ne: return left != right;
    case DW_OP_lt: return signedLeft < signedRight;
    case DW_OP_le: return signedLeft <= signedRight;
    case DW_OP_gt: return signedLeft > signedRight;
    case DW_OP_ge: return signedLeft >= signedRight;
    case DW_OP_mod: return right == 0 ? std::nullopt : std::optional<std::uint64_t>(left % right);
    case DW_OP_div:
      // The one signed quotient that does not fit is a trap on x86.
      if (right == 0 || (signedRight == -1 && signedLeft == INT64_MIN)) return std::nullopt;
      return static_cast<std::uint64_t>(signedLeft / signedRight);
    default: return std::nullopt;
  }
}

bool isBinary(std::uint8_t atom) {
  switch (atom) {
    case DW_OP_plus: case DW_OP_minus: case DW_OP_mul: case DW_OP_and: case DW_OP_or: case DW_OP_xor: case DW_OP_shl:
    case DW_OP_shr: case DW_OP_shra: case DW_OP_eq: case DW_OP_ne: case DW_OP_lt: case DW_OP_le: case DW_OP_gt:
    case DW_OP_ge: case DW_OP_mod: case DW_OP_div:
      return true;
    default: return false;
  }
}

// Sign extension of DW_OP_const*s operands, which libdw leaves as they are encoded in some versions.
std::uint64_t constant(const Operation& operation) {
  switch (operation.atom) {
    case DW_OP_const1s: return static_cast<std::uint64_t>(static_cast<std::int8_t>(operation.number));
    case DW_OP_const2s: return static_cast<std::uint64_t>(static_cast<std::int16_t>(operation.number));
    case DW_OP_const4s: return static_cast<std::uint64_t>(static_cast<std::int32_t>(operation.number));
    default: return operation.number;
  }
}

}  // namespace

std::variant<Evaluated, Stop> evaluate(const Expression& expression, const Registers& registers,
                                       const MemoryCopy& memory, Addr bias, Addr pc, std::optional<Addr> cfa) {
  const Stop bad{StopKind::badUnwindData, pc};
  Stack stack;
  unsigned steps = 0;
  for (std::size_t i = 0; i < expression.size(); i++) {
    if (++steps > kMaxSteps) return bad;
    const Operation& operation = expression[i];
    const std::uint8_t atom = operation.atom;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint64_t c = 0;
    bool ok = true;
    if (isBinary(atom)) {
      ok = stack.pop(b) && stack.pop(a);
      const auto value = ok ? binary(atom, a, b) : std::nullopt;
      ok = value && stack.push(*value);
    } else if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
      ok = stack.push(atom - DW_OP_lit0);
    } else if ((atom >= DW_OP_breg0 && atom <= DW_OP_breg31) || atom == DW_OP_bregx) {
      const auto number = atom == DW_OP_bregx ? operation.number : std::uint64_t(atom - DW_OP_breg0);
      const auto addend = atom == DW_OP_bregx ? operation.number2 : operation.number;
      if (number >= kMaxRegisters) return bad;
      const auto value = registers.get(static_cast<unsigned>(number));
      if (!value) {
        const auto lost = registers.lostAt(static_cast<unsigned>(number));
        return lost ? Stop{StopKind::memoryMissing, *lost} : Stop{StopKind::needsRegister, number};
      }
      ok = stack.push(*value + addend);
    } else {
      switch (atom) {
        case DW_OP_nop: break;
        case DW_OP_addr: ok = stack.push(operation.number + bias); break;
        case DW_OP_const1u: case DW_OP_const1s: case DW_OP_const2u: case DW_OP_const2s: case DW_OP_const4u:
        case DW_OP_const4s: case DW_OP_const8u: case DW_OP_const8s: case DW_OP_constu: case DW_OP_consts:
          ok = stack.push(constant(operation));
          break;
        case DW_OP_dup: ok = stack.pick(0, a) && stack.push(a); break;
        case DW_OP_drop: ok = stack.pop(a); break;
        case DW_OP_over: ok = stack.pick(1, a) && stack.push(a); break;
        case DW_OP_pick: ok = stack.pick(operation.number, a) && stack.push(a); break;
        case DW_OP_swap: ok = stack.pop(b) && stack.pop(a) && stack.push(b) && stack.push(a); break;
        case DW_OP_rot:
          ok = stack.pop(c) && stack.pop(b) && stack.pop(a) && stack.push(c) && stack.push(a) && stack.push(b);
          break;
        case DW_OP_neg: ok = stack.pop(a) && stack.push(0 - a); break;
        case DW_OP_not: ok = stack.pop(a) && stack.push(~a); break;
        case DW_OP_abs:
          ok = stack.pop(a) && stack.push(static_cast<std::int64_t>(a) < 0 ? 0 - a : a);
          break;
        case DW_OP_plus_uconst: ok = stack.pop(a) && stack.push(a + operation.number); break;
        case DW_OP_deref: case DW_OP_deref_size: {
          const std::size_t size = atom == DW_OP_deref ? 8 : operation.number;
          if (!stack.pop(a) || (size != 1 && size != 2 && size != 4 && size != 8)) return bad;
          const auto value = memory.read(a, size);
          if (!value) return Stop{StopKind::memoryMissing, a};
          ok = stack.push(*value);
          break;
        }
        case DW_OP_call_frame_cfa: ok = cfa && stack.push(*cfa); break;
        case DW_OP_skip: case DW_OP_bra: {
          if (atom == DW_OP_bra) {
            if (!stack.pop(a)) return bad;
            if (a == 0) break;
          }
          // Counted from the byte after this three-byte operation.
          const auto displacement = static_cast<std::int16_t>(operation.number);
          const std::uint64_t target = operation.offset + 3 + static_cast<std::uint64_t>(std::int64_t{displacement});
          const auto found = std::find_if(expression.begin(), expression.end(),
                                          [target](const Operation& each) { return each.offset == target; });
          if (found == expression.end()) return bad;
          i = static_cast<std::size_t>(found - expression.begin()) - 1;
          break;
        }
        case DW_OP_stack_value:
          if (!stack.pop(a)) return bad;
          return Evaluated{a, true};
        default: return bad;
      }
    }
    if (!ok) return bad;
  }
  std::uint64_t result = 0;
  if (!stack.pop(result)) return bad;
  return Evaluated{result, false};
}

}  // namespace pystack::unwind
