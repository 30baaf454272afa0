#include "code_parts.h"

#include <algorithm>
#include <cstring>

namespace pystack::unwind {
namespace {

// The lowest `bits` of a word, as a signed number.
std::uint64_t signedBits(std::uint64_t word, unsigned bits) {
  const unsigned unused = 64 - bits;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(word << unused) >> unused);
}

std::uint64_t wordAt(Bytes code, std::size_t offset) {
  ByteReader reader(code);
  reader.seek(offset);
  return reader.fixed(4);
}

std::optional<std::size_t> findArmJump(Bytes code, Addr at, Addr start, Addr end, std::size_t offset) {
  for (; offset + 4 <= code.size; offset += 4) {
    const std::uint64_t word = wordAt(code, offset);
    std::uint64_t words = 0;
    // b; b.cond, cbz and cbnz.
    if (word >> 26 == 0x05) words = signedBits(word, 26);
    else if (word >> 24 == 0x54 || (word >> 24 & 0x7e) == 0x34) words = signedBits(word >> 5, 19);
    else continue;
    const Addr target = at + offset + words * 4;
    if (target >= start && target < end) return offset;
  }
  return std::nullopt;
}

// From an instruction that takes the address of a page to the one that adds the rest, at most: compilers leave few in between.
constexpr std::size_t kMaxBetween = 256;

// Where an AArch64 instruction at `at` jumps to, or calls; nullopt: it does neither, or through a register.
std::optional<Addr> armTarget(std::uint64_t word, Addr at) {
  // b and bl; b.cond, cbz and cbnz; tbz and tbnz.
  if ((word >> 26 & 0x1f) == 0x05) return at + signedBits(word, 26) * 4;
  if (word >> 24 == 0x54 || (word >> 24 & 0x7e) == 0x34) return at + signedBits(word >> 5, 19) * 4;
  if ((word >> 24 & 0x7e) == 0x36) return at + signedBits(word >> 5, 14) * 4;
  return std::nullopt;
}

bool isArmCall(std::uint64_t word) { return word >> 26 == 0x25; }

// Whether the AArch64 instruction at `offset` takes this very address, perhaps together with one of those that follow.
bool takesAddress(Bytes code, std::size_t offset, Addr at, Addr address) {
  const std::uint64_t word = wordAt(code, offset);
  const std::uint64_t distance = signedBits((word >> 5 & 0x7'ffff) << 2 | (word >> 29 & 3), 21);
  const Addr here = at + offset;
  // adr
  if ((word & 0x9f00'0000) == 0x1000'0000) return here + distance == address;
  // adrp, then add of what is within the page.
  if ((word & 0x9f00'0000) != 0x9000'0000) return false;
  if ((here >> 12) + distance != address >> 12) return false;
  const std::uint64_t rest = 0x9100'0000 | (address & 0xfff) << 10 | (word & 0x1f) << 5;
  const std::size_t last = std::min(code.size, offset + 4 * kMaxBetween);
  for (std::size_t next = offset + 4; next + 4 <= last; next += 4) {
    if ((wordAt(code, next) & 0xffff'ffe0) == rest) return true;
  }
  return false;
}

}  // namespace

bool isFunctionEntry(const Machine& machine, const FrameRules& rules) {
  const std::int64_t pushed = machine.elfMachine == EM_X86_64 ? 8 : 0;
  if (rules.cfaExpression.data != nullptr || rules.cfaRegister != machine.sp || rules.cfaOffset != pushed) return false;
  for (unsigned number = 0; number < machine.registers; number++) {
    if (number != rules.returnAddress && rules.registers[number].kind == Rule::Kind::savedAtOffset) return false;
  }
  return true;
}

std::optional<std::size_t> findJumpInto(const Machine& machine, Bytes code, Addr at, Addr start, Addr end,
                                        std::size_t offset) {
  if (machine.elfMachine == EM_AARCH64) return findArmJump(code, at, start, end, offset);
  for (; offset + 6 <= code.size; offset++) {
    const std::uint8_t operation = code.data[offset];
    // jmp with 32 bits; 0f 80 to 0f 8f: the conditional ones.
    const bool isConditional = operation == 0x0f && (code.data[offset + 1] & 0xf0) == 0x80;
    if (operation != 0xe9 && !isConditional) continue;
    const std::size_t distance = offset + (isConditional ? 2 : 1);
    const Addr target = at + distance + 4 + signedBits(wordAt(code, distance), 32);
    if (target >= start && target < end) return offset;
  }
  return std::nullopt;
}

bool mayJumpOut(Bytes code, Addr at) {
  const Addr end = at + code.size;
  for (std::size_t offset = 0; offset + 2 <= code.size; offset++) {
    const std::uint8_t operation = code.data[offset];
    const std::uint8_t next = code.data[offset + 1];
    // ff /4: through a register or memory.
    if (operation == 0xff && (next & 0x38) == 0x20) return true;
    std::size_t size = 0;
    std::uint64_t distance = 0;
    if (operation == 0xeb || (operation & 0xf0) == 0x70) {
      size = 2;
      distance = signedBits(next, 8);
    } else if (operation == 0xe9 && offset + 5 <= code.size) {
      size = 5;
      distance = signedBits(wordAt(code, offset + 1), 32);
    } else if (operation == 0x0f && (next & 0xf0) == 0x80 && offset + 6 <= code.size) {
      size = 6;
      distance = signedBits(wordAt(code, offset + 2), 32);
    } else {
      continue;
    }
    const Addr target = at + offset + size + distance;
    if (target < at || target >= end) return true;
  }
  return false;
}

bool leadsOtherwise(Bytes code, Addr at, Addr function) {
  for (std::size_t offset = 2; offset + 4 <= code.size; offset++) {
    const std::uint8_t before = code.data[offset - 1];
    const Addr next = at + offset + 4;
    const std::uint8_t first = code.data[offset - 2];
    // jmp; the conditional ones; lea of an address relative to the pc.
    const bool isName = before == 0xe9 || (first == 0x0f && (before & 0xf0) == 0x80) || (first == 0x8d && (before & 0xc7) == 5);
    if (isName && next + signedBits(wordAt(code, offset), 32) == function) return true;
    const bool isShort = before == 0xeb || (before & 0xf0) == 0x70;
    if (isShort && at + offset + 1 + signedBits(code.data[offset], 8) == function) return true;
  }
  return false;
}

bool listArmCalls(Bytes code, Addr at, Addr start, Addr end, std::vector<Addr>& returns) {
  for (std::size_t offset = 0; offset + 4 <= code.size; offset += 4) {
    const Addr here = at + offset;
    if (takesAddress(code, offset, at, start)) return false;
    const std::uint64_t word = wordAt(code, offset);
    const auto target = armTarget(word, here);
    if (!target || *target < start || *target >= end) continue;
    if (isArmCall(word) && *target == start) returns.push_back(here + 4);
    // Its own jumps are no way in.
    else if (isArmCall(word) || here < start || here >= end) return false;
  }
  return true;
}

bool holdsPointer(Bytes bytes, Addr address) {
  for (std::size_t offset = 0; offset + 8 <= bytes.size; offset += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data + offset, sizeof word);
    if (word == address) return true;
  }
  return false;
}

bool holdsNumber(Bytes bytes, Addr address) {
  if (address > 0xffff'ffff) return false;
  const auto wanted = static_cast<std::uint32_t>(address);
  for (std::size_t offset = 0; offset + 4 <= bytes.size; offset++) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data + offset, sizeof number);
    if (number == wanted) return true;
  }
  return false;
}

bool followsIndirectCall(const MemoryCopy& memory, Addr address) {
  for (unsigned size = 2; size <= 7; size++) {
    // ff /2, and what its operand takes: see the tables of ModR/M and SIB in the manuals.
    const auto start = memory.read(address - size, 2);
    if (!start || (*start & 0x38ff) != 0x10ff) continue;
    const auto mode = static_cast<unsigned>(*start >> 14);
    const auto base = static_cast<unsigned>(*start >> 8 & 7);
    unsigned length = 2;
    if (mode != 3 && base == 4) {
      length++;
      if (mode == 0 && (memory.read(address - size + 2, 1).value_or(0) & 7) == 5) length += 4;
    }
    if (mode == 0 && base == 5) length += 4;
    if (mode == 1) length += 1;
    if (mode == 2) length += 4;
    if (length == size) return true;
  }
  return false;
}

}  // namespace pystack::unwind
