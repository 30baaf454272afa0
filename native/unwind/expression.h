// What is the value of a DWARF expression, as unwind rules use them?
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "byte_reader.h"
#include "machine.h"
#include "memory_copy.h"
#include "stop.h"

namespace pystack::unwind {

// What an expression may refer to.
struct ExpressionContext {
  const Registers& registers;
  const MemoryCopy& memory;
  // Added to DW_OP_addr.
  Addr bias;
  // Of the frame, for messages.
  Addr pc;
};

// Evaluates within fixed bounds of steps and depth, so that a forged expression costs no more than a real one could.
// `initial` is pushed first: the CFA, for a register's rule.
std::variant<std::uint64_t, Stop> evaluate(Bytes expression, const ExpressionContext& context,
                                           std::optional<Addr> initial);

}  // namespace pystack::unwind
