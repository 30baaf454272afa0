// Why can a stack not be followed further?
#pragma once

#include <cstdint>

#include "machine.h"

namespace pystack::unwind {

enum class StopKind {
  complete,        // the outermost frame was reached: its return address is marked undefined, or is zero
  needsRegister,   // a rule needs register `detail`, which is not known
  noUnwindData,    // the code at `detail` has none, and no frame pointer helps
  memoryMissing,   // the word at `detail` is not in the copy
  recordMissing,   // what is at `detail`, apart from the stack, may be a frame record, and is not in the copy
  badUnwindData,   // the rules of the code at `detail` make no sense
  loop,            // the frame at `detail` was met before
  limit,           // `detail` frames were found
};

struct Stop {
  StopKind kind;
  std::uint64_t detail;
};

}  // namespace pystack::unwind
