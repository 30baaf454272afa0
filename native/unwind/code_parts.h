// What does code tell of itself where unwind rules and symbols do not? Which function it is part of, how large its frame
// is, and whether an address is one that a call returns to.
#pragma once

#include <cstdint>
#include <optional>

#include "byte_reader.h"
#include "frame_rules.h"
#include "machine.h"
#include "memory_copy.h"

namespace pystack::unwind {

// Whether the rules are those of a function's first instruction: nothing was pushed yet but the return address.
bool isFunctionEntry(const Machine& machine, const FrameRules& rules);

// Where in `code`, from `offset` on, is a direct jump to [start, end)? `code` begins at address `at`. On x86-64 every
// byte is taken for the beginning of an instruction: that a wrong one hits so small a range is as good as excluded.
std::optional<std::size_t> findJumpInto(const Machine& machine, Bytes code, Addr at, Addr start, Addr end,
                                        std::size_t offset = 0);

struct Prologue {
  // Of the instruction that takes room for local variables, from the function's start on; nullopt: there is none.
  std::optional<std::size_t> takesRoomAt;
  Addr roomBytes;
};
// What the first instructions of a function do that keeps a frame pointer; nullopt: they are not as compilers write them.
std::optional<Prologue> prologueOf(const Machine& machine, Bytes code);

// What such a function has pushed below the frame pointer where these rules hold.
Addr pushedBytes(const Machine& machine, const FrameRules& rules);

// Whether the instruction before `address` is a call.
bool followsCall(const Machine& machine, const MemoryCopy& memory, Addr address);

}  // namespace pystack::unwind
