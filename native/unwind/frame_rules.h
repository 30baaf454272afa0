// How does one get from a frame to its caller, at this pc? The rules that call frame information gives, in a form that
// costs a few loads to apply.
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include "expression.h"
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
    savedAtExpression,  // in memory at the value of `expression`
    expression,         // it is the value of `expression`
  };
  Kind kind = Kind::undefined;
  std::int64_t offset = 0;
  // Bytes of the module's file, which outlives its rules.
  Bytes expression;
};

struct FrameRules {
  unsigned returnAddress = 0;
  bool signalFrame = false;
  // The canonical frame address: register + offset, or the value of `cfaExpression` when there is one.
  unsigned cfaRegister = 0;
  std::int64_t cfaOffset = 0;
  Bytes cfaExpression;
  std::array<Rule, kMaxRegisters> registers{};
};

// Applies the rules: `registers` becomes the caller's, and the CFA is returned.
std::variant<Addr, Stop> applyRules(const FrameRules& rules, const Machine& machine, const MemoryCopy& memory,
                                    Addr bias, Addr pc, Registers& registers);

}  // namespace pystack::unwind
