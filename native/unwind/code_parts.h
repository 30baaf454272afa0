// What does code tell of itself where unwind rules and symbols do not? Which function it is part of,
// where it may go, and whether an address is one that a call returns to.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

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

// Whether x86-64 code may leave this function other than by a return: by a jump to somewhere else, or through a pointer.
// Every byte is taken for the beginning of an instruction, so what is no jump may be taken for one.
bool mayJumpOut(Bytes code, Addr at);

// Whether anything in this x86-64 code, which begins at `at`, names `function` other than by a call: a jump to it, or
// what takes its address.
bool leadsOtherwise(Bytes code, Addr at, Addr function);

// Adds to `returns` where each call of the AArch64 function from `start` to `end` in this code, which begins at `at`, returns
// to. False where anything else in it may lead there: a jump, a call into its midst, or what takes its address.
bool listArmCalls(Bytes code, Addr at, Addr start, Addr end, std::vector<Addr>& returns);

// Whether a word of these bytes is `address`; whether any four of them are, as in an instruction.
bool holdsPointer(Bytes bytes, Addr address);
bool holdsNumber(Bytes bytes, Addr address);

// Whether the instruction before `address` is, on x86-64, a call through a register or memory.
bool followsIndirectCall(const MemoryCopy& memory, Addr address);

}  // namespace pystack::unwind
