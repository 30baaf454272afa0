// How does one get from a frame to its caller, at this pc? Call frame information, once per pc, in a form that costs
// a few loads to apply.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

#include "expression.h"
#include "libdw_handles.h"
#include "machine.h"
#include "stop.h"

namespace pystack::unwind {

struct Rule {
  enum class Kind : std::uint8_t {
    undefined,          // the caller's value is gone; for the return address: there is no caller
    same,               // the callee did not touch it
    savedAtOffset,      // in memory at CFA + offset
    offset,             // it is CFA + offset
    inRegister,         // in register `offset`
    savedAtExpression,  // in memory at the value of expressions[offset]
    expression,         // it is the value of expressions[offset]
  };
  Kind kind = Kind::undefined;
  std::int64_t offset = 0;
};

struct FrameRules {
  unsigned returnAddress = 0;
  bool signalFrame = false;
  // The canonical frame address: register + offset, or, when it is not empty, `cfaExpression`.
  unsigned cfaRegister = 0;
  std::int64_t cfaOffset = 0;
  Expression cfaExpression;
  std::array<Rule, kMaxRegisters> registers{};
  std::vector<Expression> expressions;
};

// The rules of one .eh_frame or .debug_frame.
class FrameTable {
 public:
  FrameTable(Dwarf_CFI* cfi, Addr bias, unsigned registers) : cfi_(cfi), bias_(bias), registers_(registers) {}

  // Those in force at `pc` (an address in the target); nullptr: none cover it.
  const FrameRules* at(Addr pc);

 private:
  std::unique_ptr<FrameRules> decode(Addr pc) const;

  Dwarf_CFI* cfi_;
  Addr bias_;
  unsigned registers_;
  // By pc, nullptr included. One entry for each distinct pc ever asked for, so no larger than what was unwound.
  std::unordered_map<Addr, std::unique_ptr<FrameRules>> cache_;
};

// Applies the rules: `registers` becomes the caller's, and the CFA is returned.
std::variant<Addr, Stop> applyRules(const FrameRules& rules, const Machine& machine, const MemoryCopy& memory,
                                    Addr bias, Addr pc, Registers& registers);

}  // namespace pystack::unwind
