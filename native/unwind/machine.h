// Which registers has the machine, by their DWARF numbers?
#pragma once

#include <elf.h>

#include <array>
#include <cstdint>
#include <optional>

namespace pystack::unwind {

using Addr = std::uint64_t;

// AArch64 has the most: x0–x30, sp, pc (System V ABI for the machine, table "DWARF register numbers").
constexpr unsigned kMaxRegisters = 33;

struct Machine {
  unsigned elfMachine;
  unsigned registers;
  unsigned sp;
  unsigned fp;
  // The register that is the pc while a frame executes, where DWARF gives it a number.
  unsigned pc;
  // Bit n: who is called must keep register n.
  std::uint64_t calleeSaved;
};

// x86-64 psABI, figures 3.4 and 3.36: rbx 3, rbp 6, rsp 7, r12–r15, return address 16.
constexpr Machine kX86_64{EM_X86_64, 17, 7, 6, 16, 1 << 3 | 1 << 6 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15};
// AADWARF64: x19–x28, x29 the frame pointer, x30 the return address (untouched in a leaf), sp 31, pc 32.
constexpr Machine kAArch64{EM_AARCH64, 33, 31, 29, 32, 0x7ff8'0000};

// What is known of a frame's registers. An unknown register is not zero: it is absent, with the reason if it was lost
// on the way because the memory that holds it was not copied.
class Registers {
 public:
  std::optional<std::uint64_t> get(unsigned number) const {
    if (number >= kMaxRegisters || !(known_ >> number & 1)) return std::nullopt;
    return values_[number];
  }
  void set(unsigned number, std::uint64_t value) {
    if (number >= kMaxRegisters) return;
    values_[number] = value;
    known_ |= std::uint64_t{1} << number;
    lost_ &= ~(std::uint64_t{1} << number);
  }
  // The register was saved at `address`, which is not in the copy.
  void setLost(unsigned number, Addr address) {
    if (number >= kMaxRegisters) return;
    values_[number] = address;
    known_ &= ~(std::uint64_t{1} << number);
    lost_ |= std::uint64_t{1} << number;
  }
  std::optional<Addr> lostAt(unsigned number) const {
    if (number >= kMaxRegisters || !(lost_ >> number & 1)) return std::nullopt;
    return values_[number];
  }
  // Makes `number` what `other` is in `from`, be it known, lost or unknown.
  void copyFrom(const Registers& from, unsigned other, unsigned number) {
    if (const auto value = from.get(other)) {
      set(number, *value);
    } else if (const auto address = from.lostAt(other)) {
      setLost(number, *address);
    }
  }

 private:
  std::array<std::uint64_t, kMaxRegisters> values_{};
  std::uint64_t known_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace pystack::unwind
