#include "instruction.h"

namespace pystack::unwind {
namespace {

constexpr std::size_t kLongest = 15;

bool isPrefix(std::uint8_t byte) {
  switch (byte) {
    case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: case 0x66: case 0x67: case 0xf0: case 0xf2: case 0xf3:
      return true;
    default: return false;
  }
}

// Operations of one byte that 64-bit mode does not have.
bool isInvalid(std::uint8_t operation) {
  switch (operation) {
    case 0x06: case 0x07: case 0x0e: case 0x16: case 0x17: case 0x1e: case 0x1f: case 0x27: case 0x2f: case 0x37: case 0x3f:
    case 0x60: case 0x61: case 0x82: case 0x9a: case 0xce: case 0xd4: case 0xd5: case 0xd6: case 0xea:
      return true;
    default: return false;
  }
}

bool oneByteHasModRm(std::uint8_t operation) {
  if (operation < 0x40) return (operation & 7) < 4;
  if (operation >= 0x80 && operation <= 0x8f) return true;
  if ((operation >= 0xd0 && operation <= 0xd3) || (operation >= 0xd8 && operation <= 0xdf)) return true;
  switch (operation) {
    case 0x63: case 0x69: case 0x6b: case 0xc0: case 0xc1: case 0xc6: case 0xc7: case 0xf6: case 0xf7: case 0xfe: case 0xff:
      return true;
    default: return false;
  }
}

// Bytes of the immediate; `wide`: those of an operand of 16 or 32 bits.
std::size_t oneByteImmediate(std::uint8_t operation, std::uint8_t extension, std::size_t wide, std::uint8_t rex) {
  if (operation < 0x40) return (operation & 7) == 4 ? 1 : (operation & 7) == 5 ? wide : 0;
  if (operation >= 0x70 && operation <= 0x7f) return 1;
  if (operation >= 0xb0 && operation <= 0xb7) return 1;
  if (operation >= 0xb8 && operation <= 0xbf) return rex & 8 ? 8 : wide;
  if (operation >= 0xa0 && operation <= 0xa3) return 8;
  switch (operation) {
    case 0x6a: case 0x6b: case 0x80: case 0x83: case 0xa8: case 0xc0: case 0xc1: case 0xc6: case 0xcd: case 0xe0: case 0xe1:
    case 0xe2: case 0xe3: case 0xe4: case 0xe5: case 0xe6: case 0xe7: case 0xeb:
      return 1;
    case 0x68: case 0x69: case 0x81: case 0xa9: case 0xc7: return wide;
    case 0xe8: case 0xe9: return 4;
    case 0xc2: case 0xca: return 2;
    case 0xc8: return 3;
    case 0xf6: return extension < 2 ? 1 : 0;
    case 0xf7: return extension < 2 ? wide : 0;
    default: return 0;
  }
}

bool twoByteHasModRm(std::uint8_t operation) {
  if (operation >= 0x80 && operation <= 0x8f) return false;
  if (operation >= 0xc8 && operation <= 0xcf) return false;
  if (operation >= 0x30 && operation <= 0x37) return false;
  switch (operation) {
    case 0x05: case 0x06: case 0x07: case 0x08: case 0x09: case 0x0b: case 0x0e: case 0x77: case 0xa0: case 0xa1: case 0xa2:
    case 0xa8: case 0xa9: case 0xaa:
      return false;
    default: return true;
  }
}

std::size_t twoByteImmediate(std::uint8_t operation) {
  if (operation >= 0x80 && operation <= 0x8f) return 4;
  if (operation >= 0x70 && operation <= 0x73) return 1;
  switch (operation) {
    case 0xa4: case 0xac: case 0xba: case 0xc2: case 0xc4: case 0xc5: case 0xc6: return 1;
    default: return 0;
  }
}

class Decoder {
 public:
  Decoder(Bytes code, std::size_t offset) : code_(code), start_(offset), at_(offset) {}

  std::optional<Instruction> run() {
    bool hasSmallOperands = false;
    while (at_ < code_.size && isPrefix(code_.data[at_])) hasSmallOperands |= code_.data[at_++] == 0x66;
    if (at_ < code_.size && (code_.data[at_] & 0xf0) == 0x40) found_.rex = next();
    const std::size_t wide = hasSmallOperands && !(found_.rex & 8) ? 2 : 4;
    std::uint8_t operation = next();
    std::size_t immediate = 0;
    if (operation == 0xc5 || operation == 0xc4 || operation == 0x62) {
      found_.isVector = true;
      const unsigned map = operation == 0xc5 ? 1 : next() & (operation == 0xc4 ? 0x1fU : 7U);
      at_ += operation == 0x62 ? 2 : 1;
      found_.map = Instruction::Map::other;
      found_.operation = operation = next();
      const bool isZeroing = operation == 0x77 && map == 1;
      if (!isZeroing) modRm();
      immediate = map == 3 ? 1 : map == 1 ? twoByteImmediate(operation) : 0;
    } else if (operation != 0x0f) {
      if (isInvalid(operation)) return std::nullopt;
      found_.operation = operation;
      if (oneByteHasModRm(operation)) modRm();
      // Else it is not a pop but AMD's XOP.
      if (operation == 0x8f && found_.extension() != 0) return std::nullopt;
      immediate = oneByteImmediate(operation, static_cast<std::uint8_t>(found_.extension()), wide, found_.rex);
    } else {
      found_.operation = operation = next();
      if (operation == 0x38 || operation == 0x3a) {
        found_.map = Instruction::Map::other;
        found_.operation = next();
        modRm();
        immediate = operation == 0x3a ? 1 : 0;
      } else {
        found_.map = Instruction::Map::twoByte;
        if (twoByteHasModRm(operation)) modRm();
        immediate = twoByteImmediate(operation);
      }
    }
    found_.immediate = take(immediate);
    found_.size = at_ - start_;
    if (at_ > code_.size || found_.size > kLongest) return std::nullopt;
    return found_;
  }

 private:
  std::uint8_t next() { return at_ < code_.size ? code_.data[at_++] : (at_++, std::uint8_t{0}); }

  std::int64_t take(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; i++) value |= static_cast<std::uint64_t>(next()) << 8 * i;
    if (bytes == 0 || bytes == 8) return static_cast<std::int64_t>(value);
    const unsigned unused = static_cast<unsigned>(64 - 8 * bytes);
    return static_cast<std::int64_t>(value << unused) >> unused;
  }

  void modRm() {
    found_.hasModRm = true;
    found_.modRm = next();
    const unsigned mode = found_.mode();
    const unsigned base = found_.modRm & 7U;
    if (mode == 3) return;
    std::size_t displacement = mode == 1 ? 1 : mode == 2 ? 4 : 0;
    if (base == 4) {
      found_.sib = next();
      if (mode == 0 && (found_.sib & 7) == 5) displacement = 4;
    } else if (mode == 0 && base == 5) {
      displacement = 4;
    }
    found_.displacement = take(displacement);
  }

  Bytes code_;
  std::size_t start_;
  std::size_t at_;
  Instruction found_;
};

}  // namespace

std::optional<Instruction> decodeInstruction(Bytes code, std::size_t offset) { return Decoder(code, offset).run(); }

}  // namespace pystack::unwind
