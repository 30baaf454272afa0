// How does one get on where code has no unwind data? By what the machine's instructions and the ABI say of themselves.
#pragma once

#include <functional>
#include <optional>
#include <variant>

#include "machine.h"
#include "memory_copy.h"
#include "stop.h"

namespace pystack::unwind {

using IsExecutable = std::function<bool(Addr)>;

struct Step {
  // Of the caller.
  Addr pc;
  Addr cfa;
  // Read off an instruction or the kernel's own frame, rather than from a register that may be put to any use.
  bool isCertain;
};

// Pointer authentication puts a code into the unused top bits of a return address; user addresses have 48 bits.
inline Addr withoutAuthentication(const Machine& machine, Addr address) {
  return machine.elfMachine == EM_AARCH64 ? address & 0xffff'ffff'ffffULL : address;
}

// Whether `pc` is where a signal handler returns to: code that does nothing but call rt_sigreturn. Known by its
// instructions, as debuggers know it, since not every C library describes it (musl) and none gives it a type.
bool isSignalTrampoline(const Machine& machine, const MemoryCopy& memory, Addr pc);

// From the trampoline to what the signal interrupted: all registers are in the frame that the kernel made.
std::variant<Step, Stop> leaveSignalHandler(const Machine& machine, const MemoryCopy& memory, Registers& registers);

// Where the next instruction is a return, what it will do is certain: so after most system calls. nullopt: it is not, or
// what it would return to is no code.
std::optional<Step> leaveByReturn(const Machine& machine, const MemoryCopy& memory, const IsExecutable& isExecutable,
                                  Registers& registers, Addr pc);

// The same where nothing but the end of the function is ahead, on x86-64: registers that are put back, room that is given
// back, the return. So it is behind the calls of small pieces of code that are made at run time.
std::optional<Step> leaveByEpilogue(const Machine& machine, const MemoryCopy& memory, const IsExecutable& isExecutable,
                                    Registers& registers, Addr pc);

// A frame record that is kept apart from the stack, in code made at run time: compiled generators (CinderX) keep their
// variables below one on the heap, with the frame pointer of the stack behind it: [fp] the caller's fp, [fp + 8] the return
// address, [fp + 16] where on the stack the same two are. Taken only if they are; nullopt: it is none.
// https://github.com/facebookincubator/cinderx/blob/47f254f/cinderx/Jit/gen_data_footer.h
std::optional<std::variant<Step, Stop>> followRecordElsewhere(const Machine& machine, const MemoryCopy& memory,
                                                              const IsExecutable& isExecutable,
                                                              Registers& registers);

// The frame record that code compiled with frame pointers keeps on both machines: [fp] the caller's fp, [fp + 8] the
// return address. Taken only where it leads up the stack and into code. `keepsRecords`: the code is known to, since it
// was found by one.
std::variant<Step, Stop> followFramePointer(const Machine& machine, const MemoryCopy& memory,
                                            const IsExecutable& isExecutable, bool keepsRecords,
                                            Registers& registers, Addr pc);

}  // namespace pystack::unwind
