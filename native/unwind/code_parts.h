// Does this code belong to that function? What its unwind rules and its jumps say of it.
#pragma once

#include "byte_reader.h"
#include "frame_rules.h"
#include "machine.h"

namespace pystack::unwind {

// Whether the rules are those of a function's first instruction: nothing was pushed yet but the return address.
bool isFunctionEntry(const Machine& machine, const FrameRules& rules);

// Whether `code`, which begins at address `at`, holds a direct jump to [start, end). On x86-64 every byte is taken for
// the beginning of an instruction: that a wrong one hits so small a range is as good as excluded.
bool jumpsInto(const Machine& machine, Bytes code, Addr at, Addr start, Addr end);

}  // namespace pystack::unwind
