// Who called whom? Follows one thread's copied stack, and names what was found.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "code_map.h"
#include "memory_copy.h"
#include "register_solver.h"
#include "stop.h"
#include "without_rules.h"

namespace pystack::unwind {

struct UnwinderOptions {
  const Machine* machine = &kX86_64;
  unsigned maxFrames = 20'000;
  bool demangle = true;
};

struct UnwoundFrame {
  enum Flag : std::uint8_t {
    // `pc` is the next instruction of this frame, and not where a call in it will return to.
    activation = 1,
    // The frame was found by the frame pointer: the code that it called has no unwind data.
    byFramePointer = 2,
    // The kernel's trampoline for a signal handler.
    signalTrampoline = 4,
  };
  Addr pc;
  // 0 where it is not known: the last frame of a stack that ends early.
  Addr cfa;
  std::uint8_t flags;
};

struct UnwoundStack {
  // Innermost first.
  std::vector<UnwoundFrame> frames;
  Stop ending{StopKind::complete, 0};
};

struct NamedFrame {
  // Empty: not known.
  std::string rawSymbol;
  std::string symbol;
  std::optional<Addr> offset;
  std::string file;
  unsigned line = 0;
  bool inlined = false;
};

struct NamedAddress {
  // nullptr: no module covers the address.
  const Module* module = nullptr;
  // Innermost first; the last is the function itself, those before it are calls inlined into it.
  std::vector<NamedFrame> frames;
};

class Unwinder {
 public:
  Unwinder(std::vector<ModuleSource> modules, std::vector<AddressRange> executable, DebugFileSearch search,
           UnwinderOptions options);

  UnwoundStack unwind(Registers registers, std::vector<MemoryRange> memory);
  const NamedAddress& name(Addr pc, std::uint8_t flags);
  // Whether the nameless code at `pc` (flags as of a frame there) is a part of the function `symbol` of that module.
  bool isPartOf(Addr pc, std::uint8_t flags, const std::string& symbol);
  const std::vector<std::unique_ptr<Module>>& modules() const { return code_.modules(); }

 private:
  std::variant<Step, Stop> stepWithoutRules(Registers& registers, const MemoryCopy& memory, UnwoundFrame& frame,
                                            Addr pc);
  bool isTrampoline(const MemoryCopy& memory, Addr pc);

  DebugFiles debugFiles_;
  UnwinderOptions options_;
  CodeMap code_;
  RegisterSolver solver_;
  std::unordered_map<Addr, NamedAddress> names_;
  std::map<std::pair<Addr, std::string>, bool> parts_;
  // Return addresses that were asked about.
  std::unordered_map<Addr, bool> trampolines_;
};

}  // namespace pystack::unwind
