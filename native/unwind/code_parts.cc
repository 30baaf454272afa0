#include "code_parts.h"

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

bool armJumpsInto(Bytes code, Addr at, Addr start, Addr end) {
  for (std::size_t offset = 0; offset + 4 <= code.size; offset += 4) {
    const std::uint64_t word = wordAt(code, offset);
    std::uint64_t words = 0;
    // b; b.cond, cbz and cbnz.
    if (word >> 26 == 0x05) words = signedBits(word, 26);
    else if (word >> 24 == 0x54 || (word >> 24 & 0x7e) == 0x34) words = signedBits(word >> 5, 19);
    else continue;
    const Addr target = at + offset + words * 4;
    if (target >= start && target < end) return true;
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

bool jumpsInto(const Machine& machine, Bytes code, Addr at, Addr start, Addr end) {
  if (machine.elfMachine == EM_AARCH64) return armJumpsInto(code, at, start, end);
  for (std::size_t offset = 0; offset + 6 <= code.size; offset++) {
    const std::uint8_t operation = code.data[offset];
    // jmp with 32 bits; 0f 80 to 0f 8f: the conditional ones.
    const bool isConditional = operation == 0x0f && (code.data[offset + 1] & 0xf0) == 0x80;
    if (operation != 0xe9 && !isConditional) continue;
    const std::size_t distance = offset + (isConditional ? 2 : 1);
    const Addr target = at + distance + 4 + signedBits(wordAt(code, distance), 32);
    if (target >= start && target < end) return true;
  }
  return false;
}

}  // namespace pystack::unwind
