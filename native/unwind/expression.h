// What is the value of a DWARF expression, as unwind rules use them?
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "machine.h"
#include "memory_copy.h"
#include "stop.h"

namespace pystack::unwind {

// One operation; as libdw decodes it, copied so that it outlives the frame it came from.
struct Operation {
  std::uint8_t atom;
  std::uint64_t number;
  std::uint64_t number2;
  // Byte offset within the expression: what branches count in.
  std::uint64_t offset;
};
using Expression = std::vector<Operation>;

struct Evaluated {
  std::uint64_t value;
  // DW_OP_stack_value: `value` is the register's value itself and not where it was saved.
  bool isValue;
};

// Evaluates within fixed bounds of steps and depth. `bias` is added to DW_OP_addr. `initial`: pushed first (the CFA,
// for DW_CFA_expression). A forged expression costs at most these bounds.
std::variant<Evaluated, Stop> evaluate(const Expression& expression, const Registers& registers,
                                       const MemoryCopy& memory, Addr bias, Addr pc, std::optional<Addr> cfa);

}  // namespace pystack::unwind
