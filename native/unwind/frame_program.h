// Which rules hold at one pc of a function? The answer is a little program, run up to that pc.
#pragma once

#include <cstdint>

#include "byte_reader.h"
#include "frame_rules.h"
#include "machine.h"

namespace pystack::unwind {

// What a common information entry says for all its functions.
struct FrameProgram {
  std::uint64_t codeAlignment = 1;
  std::int64_t dataAlignment = 1;
  unsigned returnAddress = 0;
  bool signalFrame = false;
  Bytes initial;
};

// Runs the initial instructions, then the function's own from its `start` until they are past `pc`. False: they make
// no sense.
bool runFrameProgram(const Machine& machine, const FrameProgram& program, Bytes instructions, Addr start, Addr pc,
                     FrameRules& rules);

}  // namespace pystack::unwind
