// What is in a register that a waiting thread does not show, and that tells where a frame is?
//
// Of a thread that is not stopped only the stack pointer and the pc are known. Code that keeps a frame pointer needs it,
// until somebody below has saved it. It points into the stack, so each value that it can have is tried. The right one
// leads to a return address behind a call of the very function, and from there, frame by frame, to the stack's end.
// Others may do so, too: left-overs of earlier calls, and the calls farther out. A value is taken only if nothing else
// explains what is there; else the register stays unknown.
#pragma once

#include <optional>
#include <unordered_set>
#include <variant>
#include <vector>

#include "call_evidence.h"
#include "code_map.h"
#include "memory_copy.h"
#include "stop.h"

namespace pystack::unwind {

class RegisterSolver {
 public:
  RegisterSolver(const Machine& machine, const CodeMap& code) : machine_(machine), code_(code), calls_(machine, code) {}

  struct Frame {
    // Of the instruction that executes, or calls.
    Addr within;
    Addr pc;
    const FrameRules& rules;
    const Registers& registers;
  };

  // The value of register `number` in this frame; nullopt: not to be known for certain. A Stop: what has to be copied
  // before it can be.
  std::variant<std::optional<Addr>, Stop> solve(unsigned number, const Frame& frame, const MemoryCopy& memory);

  // The return address of a function that has saved it nowhere (AArch64, in x30); nullopt: not to be known for certain.
  std::optional<Addr> returnAddress(const Frame& frame) const;

 private:
  struct Candidate {
    Addr value;
    // Address of the return address.
    Addr slot;
    Called called;
  };
  struct Chain {
    // It comes to the stack's end, or beyond all candidates, and nothing in it contradicts itself.
    bool isWhole = false;
    // Addresses of its return addresses.
    std::unordered_set<Addr> slots;
    std::optional<Addr> missing;
  };

  std::optional<Candidate> tryValue(unsigned number, Addr value, const Frame& frame, const MemoryCopy& memory);
  Chain follow(unsigned number, Addr value, const Frame& frame, Addr until, const MemoryCopy& memory);
  std::optional<Addr> fromCode(unsigned number, const Frame& frame, Addr sp);

  const Machine& machine_;
  const CodeMap& code_;
  CallEvidence calls_;
};

}  // namespace pystack::unwind
