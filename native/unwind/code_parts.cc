#include "code_parts.h"

#include <algorithm>

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

// Compilers set up a frame at once, but may move other instructions between those that do.
constexpr std::size_t kPrologueBytes = 128;

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

std::optional<Prologue> prologueOf(const Machine& machine, Bytes code) {
  if (machine.elfMachine != EM_X86_64) return std::nullopt;
  const std::size_t size = std::min(code.size, kPrologueBytes);
  std::size_t at = 0;
  const auto is = [&](std::uint8_t a, std::uint8_t b, std::uint8_t c) {
    return code.data[at] == a && code.data[at + 1] == b && code.data[at + 2] == c;
  };
  while (at + 7 <= size && !is(0x48, 0x89, 0xe5)) at++;  // mov %rsp, %rbp
  if (at + 7 > size) return std::nullopt;
  for (; at + 7 <= size; at++) {
    // sub $imm8, %rsp; sub $imm32, %rsp
    if (is(0x48, 0x83, 0xec)) return Prologue{at, signedBits(code.data[at + 3], 8)};
    if (is(0x48, 0x81, 0xec)) return Prologue{at, signedBits(wordAt(code, at + 3), 32)};
  }
  return Prologue{std::nullopt, 0};
}

Addr pushedBytes(const Machine& machine, const FrameRules& rules) {
  // The return address and the caller's frame pointer lie above the frame pointer, all else below.
  std::int64_t pushed = 0;
  for (unsigned number = 0; number < machine.registers; number++) {
    const Rule& rule = rules.registers[number];
    if (rule.kind == Rule::Kind::savedAtOffset) pushed = std::max(pushed, -rule.offset - 16);
  }
  return static_cast<Addr>(pushed);
}

bool followsCall(const Machine& machine, const MemoryCopy& memory, Addr address) {
  if (machine.elfMachine != EM_X86_64) return false;
  if (memory.read(address - 5, 1) == 0xe8) return true;
  // call through a register or memory: ff /2, and what its operand takes.
  for (const unsigned size : {2U, 3U, 4U, 6U, 7U}) {
    const auto start = memory.read(address - size, 2);
    if (start && (*start & 0x38ff) == 0x10ff) return true;
  }
  return false;
}

}  // namespace pystack::unwind
