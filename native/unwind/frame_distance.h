// How far above the stack pointer is the frame pointer, where this function calls another? By its own instructions: all
// that set either of the two are followed along the ways that lead there.
#pragma once

#include <cstdint>
#include <optional>

#include "byte_reader.h"

namespace pystack::unwind {

// x86-64: rbp - rsp before the instruction at `offset` of the function's `code`. nullopt: it is not the same on each way
// there, or depends on more than the code (room that is taken as needed), or the code is not understood.
std::optional<std::int64_t> frameDistance(Bytes code, std::size_t offset);

}  // namespace pystack::unwind
