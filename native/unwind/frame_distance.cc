#include "frame_distance.h"

#include <map>
#include <vector>

#include "instruction.h"

namespace pystack::unwind {
namespace {

constexpr unsigned kRsp = 4;
constexpr unsigned kRbp = 5;

// Bounds the work on one function; the largest of an interpreter has some 20,000 instructions.
constexpr std::size_t kMaxInstructions = 200'000;

using Distance = std::optional<std::int64_t>;

bool isGroup(const Instruction& one) {
  if (one.map != Instruction::Map::one) return false;
  switch (one.operation) {
    case 0x80: case 0x81: case 0x83: case 0x8f: case 0xc0: case 0xc1: case 0xc6: case 0xc7: case 0xd0: case 0xd1: case 0xd2:
    case 0xd3: case 0xf6: case 0xf7: case 0xfe: case 0xff:
      return true;
    default: return false;
  }
}

// Whether it may put something into this register, apart from what `after` knows to do so.
bool mayWrite(const Instruction& one, unsigned number) {
  if (one.isVector || !one.hasModRm) {
    if (one.map != Instruction::Map::one) return false;
    // xchg with rax, mov of an immediate, pop.
    const bool isCoded = (one.operation >= 0x91 && one.operation <= 0x97) || (one.operation >= 0xb8 && one.operation <= 0xbf);
    return isCoded && ((one.operation & 7U) | (one.rex & 1U) << 3) == number;
  }
  const bool isRm = one.mode() == 3 && one.rm() == number;
  const bool isReg = !isGroup(one) && one.reg() == number;
  if (one.map == Instruction::Map::twoByte) {
    const std::uint8_t operation = one.operation;
    // cmov, bit searches, widening moves, products, exchanges, double shifts and bit tests; all else has no general register
    // as what it writes, or a part of one.
    const bool writesReg = (operation & 0xf0) == 0x40 || operation == 0xaf || (operation >= 0xb6 && operation <= 0xbf) ||
                           operation == 0x2c || operation == 0x2d || operation == 0x50 || operation == 0xd7;
    const bool writesRm = operation == 0xa4 || operation == 0xa5 || operation == 0xac || operation == 0xad ||
                          operation == 0xab || operation == 0xb3 || operation == 0xbb || operation == 0xba ||
                          operation == 0xb1 || operation == 0xc1 || operation == 0x7e || operation == 0xc7;
    return (writesReg && isReg) || (writesRm && (isRm || isReg));
  }
  // movbe, crc32, …; what takes a word out of a vector.
  if (one.map == Instruction::Map::other) {
    return one.operation >= 0xf0 ? isReg || isRm : one.operation >= 0x14 && one.operation <= 0x17 && isRm;
  }
  const std::uint8_t operation = one.operation;
  // Comparisons.
  if (operation >= 0x38 && operation <= 0x3b) return false;
  if (operation == 0x84 || operation == 0x85) return false;
  // Of bytes; nobody uses those of these registers.
  if (operation < 0x40 && (operation & 1) == 0) return false;
  if (operation == 0x88 || operation == 0x8a || operation == 0x80 || operation == 0xc0 || operation == 0xc6 ||
      operation == 0xd0 || operation == 0xd2 || operation == 0xf6 || operation == 0xfe) {
    return false;
  }
  // Floating point.
  if (operation >= 0xd8 && operation <= 0xdf) return false;
  if (operation < 0x40) return operation & 2 ? isReg : isRm;
  if (operation == 0x89) return isRm;
  if (operation == 0x8b || operation == 0x8d || operation == 0x63 || operation == 0x69 || operation == 0x6b) return isReg;
  if (operation == 0x81 || operation == 0x83) return isRm && one.extension() != 7;
  if (operation == 0xf7) return isRm && one.extension() >= 2 && one.extension() <= 3;
  if (operation == 0xff) return isRm && one.extension() < 2;
  return isRm || isReg;
}

bool writesFrom(const Instruction& one, unsigned from, unsigned into) {
  if (one.map != Instruction::Map::one || !one.hasModRm || one.mode() != 3 || !(one.rex & 8)) return false;
  return (one.operation == 0x89 && one.reg() == from && one.rm() == into) ||
         (one.operation == 0x8b && one.rm() == from && one.reg() == into);
}

// rbp - rsp after `one`, where it was `before`.
Distance after(const Instruction& one, Distance before) {
  const auto plus = [&](std::int64_t bytes) -> Distance {
    if (!before) return std::nullopt;
    return *before + bytes;
  };
  if (one.map == Instruction::Map::one && !one.isVector) {
    const std::uint8_t operation = one.operation;
    const unsigned coded = (operation & 7U) | (one.rex & 1U) << 3;
    if ((operation & 0xf8) == 0x50 || operation == 0x68 || operation == 0x6a || operation == 0x9c) return plus(8);
    if (operation == 0xff && one.extension() == 6) return plus(8);
    if ((operation & 0xf8) == 0x58) return coded == kRbp || coded == kRsp ? std::nullopt : plus(-8);
    if (operation == 0x9d || (operation == 0x8f && one.mode() != 3)) return plus(-8);
    if (operation == 0xc8 || operation == 0xc9) return std::nullopt;  // enter, leave
    if ((operation == 0x81 || operation == 0x83) && one.mode() == 3 && one.rm() == kRsp && (one.rex & 8)) {
      if (one.extension() == 0) return plus(-one.immediate);
      if (one.extension() == 5) return plus(one.immediate);
      // A bit that is set below the stack pointer touches nothing but flags.
      if (one.extension() == 7) return before;
      return std::nullopt;
    }
    if (writesFrom(one, kRsp, kRbp)) return 0;
    if (writesFrom(one, kRbp, kRsp)) return 0;
    if (operation == 0x8d && (one.rex & 8)) {
      const bool isOfRsp = one.mode() != 3 && one.mode() != 0 && (one.modRm & 7) == 4 && one.sib == 0x24 && !(one.rex & 3);
      const bool isOfRbp = (one.mode() == 1 || one.mode() == 2) && (one.modRm & 7) == 5 && !(one.rex & 1);
      if (one.reg() == kRsp && isOfRsp) return plus(-one.displacement);
      if (one.reg() == kRsp && isOfRbp) return -one.displacement;
      if (one.reg() == kRbp && isOfRsp) return one.displacement;
    }
  }
  return mayWrite(one, kRsp) || mayWrite(one, kRbp) ? std::nullopt : before;
}

class Ways {
 public:
  Ways(Bytes code, std::size_t wanted) : code_(code), wanted_(wanted) {}

  Distance run() {
    reach(0, std::nullopt);
    if (!drain()) return std::nullopt;
    // What no way leads to is reached by a jump through a table, with the stack as it is there.
    if (at_.count(wanted_) == 0 && tableJump_ && *tableJump_) {
      if (const auto start = blockStart()) {
        reach(*start, *tableJump_);
        if (!drain()) return std::nullopt;
      }
    }
    const auto found = at_.find(wanted_);
    return found != at_.end() ? found->second : std::nullopt;
  }

 private:
  void reach(std::uint64_t offset, Distance distance) {
    if (offset >= code_.size) return;
    const auto [entry, added] = at_.try_emplace(offset, distance);
    if (added) {
      pending_.push_back(offset);
    } else if (entry->second != distance && entry->second) {
      // Two ways, two distances: neither.
      entry->second = std::nullopt;
      pending_.push_back(offset);
    }
  }

  bool drain() {
    while (!pending_.empty()) {
      const std::size_t offset = pending_.back();
      pending_.pop_back();
      if (++done_ > kMaxInstructions) return false;
      const auto one = decodeInstruction(code_, offset);
      if (!one) continue;
      const Distance before = at_[offset];
      const std::size_t next = offset + one->size;
      const auto target = next + static_cast<std::uint64_t>(one->immediate);
      if (one->map == Instruction::Map::one) {
        const std::uint8_t operation = one->operation;
        if (operation == 0xc3 || operation == 0xc2 || operation == 0xf4 || operation == 0xcc) continue;
        if (operation == 0xe9 || operation == 0xeb) {
          reach(target, before);
          continue;
        }
        if (operation == 0xff && one->extension() == 4) {
          if (!tableJump_) tableJump_ = before;
          else if (*tableJump_ != before) tableJump_ = Distance();
          continue;
        }
        if ((operation & 0xf0) == 0x70 || (operation >= 0xe0 && operation <= 0xe3)) reach(target, before);
      } else if (one->map == Instruction::Map::twoByte) {
        if ((operation(*one) & 0xf0) == 0x80) reach(target, before);
        if (operation(*one) == 0x0b) continue;  // ud2
      }
      reach(next, after(*one, before));
    }
    return true;
  }

  static std::uint8_t operation(const Instruction& one) { return one.operation; }

  // Where the instructions that lead to the wanted one begin: behind one that goes elsewhere.
  std::optional<std::size_t> blockStart() const {
    std::size_t start = 0;
    for (std::size_t offset = 0; offset < wanted_;) {
      const auto one = decodeInstruction(code_, offset);
      if (!one) return std::nullopt;
      offset += one->size;
      if (one->map != Instruction::Map::one) continue;
      const bool isTable = one->operation == 0xff && one->extension() == 4;
      if (isTable || one->operation == 0xe9 || one->operation == 0xeb || one->operation == 0xc3) start = offset;
    }
    return start;
  }

  Bytes code_;
  std::size_t wanted_;
  // Of each instruction that was reached.
  std::map<std::size_t, Distance> at_;
  std::vector<std::size_t> pending_;
  std::size_t done_ = 0;
  // Of all jumps through a register or table; an absent distance: they differ.
  std::optional<Distance> tableJump_;
};

}  // namespace

std::optional<std::int64_t> frameDistance(Bytes code, std::size_t offset) { return Ways(code, offset).run(); }

}  // namespace pystack::unwind
