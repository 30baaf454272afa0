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

}  // namespace

std::variant<std::uint64_t, Stop> evaluate(Bytes expression, const ExpressionContext& context,
                                           std::optional<Addr> initial) {
  const Stop bad{StopKind::badUnwindData, context.pc};
  Stack stack;
  if (initial) stack.push(*initial);
  ByteReader reader(expression);
  for (unsigned steps = 0; !reader.atEnd(); steps++) {
    if (steps == kMaxSteps) return bad;
    const std::uint8_t atom = reader.byte();
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
      const std::uint64_t number = atom == DW_OP_bregx ? reader.uleb() : std::uint64_t(atom - DW_OP_breg0);
      const auto addend = static_cast<std::uint64_t>(reader.sleb());
      if (!reader.ok() || number >= kMaxRegisters) return bad;
      const auto value = context.registers.get(static_cast<unsigned>(number));
      if (!value) {
        const auto lost = context.registers.lostAt(static_cast<unsigned>(number));
        return lost ? Stop{StopKind::memoryMissing, *lost} : Stop{StopKind::needsRegister, number};
      }
      ok = stack.push(*value + addend);
    } else {
      switch (atom) {
        case DW_OP_nop: break;
        case DW_OP_addr: ok = stack.push(reader.fixed(8) + context.bias); break;
        case DW_OP_const1u: ok = stack.push(reader.fixed(1)); break;
        case DW_OP_const2u: ok = stack.push(reader.fixed(2)); break;
        case DW_OP_const4u: ok = stack.push(reader.fixed(4)); break;
        case DW_OP_const8u: case DW_OP_const8s: ok = stack.push(reader.fixed(8)); break;
        case DW_OP_const1s: ok = stack.push(reader.fixedSigned(1)); break;
        case DW_OP_const2s: ok = stack.push(reader.fixedSigned(2)); break;
        case DW_OP_const4s: ok = stack.push(reader.fixedSigned(4)); break;
        case DW_OP_constu: ok = stack.push(reader.uleb()); break;
        case DW_OP_consts: ok = stack.push(static_cast<std::uint64_t>(reader.sleb())); break;
        case DW_OP_dup: ok = stack.pick(0, a) && stack.push(a); break;
        case DW_OP_drop: ok = stack.pop(a); break;
        case DW_OP_over: ok = stack.pick(1, a) && stack.push(a); break;
        case DW_OP_pick: ok = stack.pick(reader.fixed(1), a) && stack.push(a); break;
        case DW_OP_swap: ok = stack.pop(b) && stack.pop(a) && stack.push(b) && stack.push(a); break;
        case DW_OP_rot:
          ok = stack.pop(c) && stack.pop(b) && stack.pop(a) && stack.push(c) && stack.push(a) && stack.push(b);
          break;
        case DW_OP_neg: ok = stack.pop(a) && stack.push(0 - a); break;
        case DW_OP_not: ok = stack.pop(a) && stack.push(~a); break;
        case DW_OP_abs: ok = stack.pop(a) && stack.push(static_cast<std::int64_t>(a) < 0 ? 0 - a : a); break;
        case DW_OP_plus_uconst: ok = stack.pop(a) && stack.push(a + reader.uleb()); break;
        case DW_OP_deref: case DW_OP_deref_size: {
          const std::uint64_t size = atom == DW_OP_deref ? 8 : reader.fixed(1);
          if (!stack.pop(a) || (size != 1 && size != 2 && size != 4 && size != 8)) return bad;
          const auto value = context.memory.read(a, size);
          if (!value) return Stop{StopKind::memoryMissing, a};
          ok = stack.push(*value);
          break;
        }
        case DW_OP_skip: case DW_OP_bra: {
          const std::uint64_t displacement = reader.fixedSigned(2);
          if (atom == DW_OP_bra) {
            if (!stack.pop(a)) return bad;
            if (a == 0) break;
          }
          // Counted from the byte after this operation.
          ok = reader.seek(reader.position() + displacement);
          break;
        }
        default: return bad;
      }
    }
    if (!ok || !reader.ok()) return bad;
  }
  std::uint64_t result = 0;
  if (!stack.pop(result)) return bad;
  return result;
}

}  // namespace pystack::unwind
