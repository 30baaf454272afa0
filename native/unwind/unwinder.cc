#include "unwinder.h"

#include <algorithm>
#include <set>

#include "demangle.h"

namespace pystack::unwind {
namespace {

// What a stack may have in use between two frame records.
constexpr Addr kMaxStackBytes = 8U << 20;

// Pointer authentication puts a code into the unused top bits of a return address; user addresses have 48 bits.
Addr withoutAuthentication(const Machine& machine, Addr address) {
  return machine.elfMachine == EM_AARCH64 ? address & 0xffff'ffff'ffffULL : address;
}

}  // namespace

Unwinder::Unwinder(std::vector<ModuleSource> modules, std::vector<AddressRange> executable, DebugFileSearch search,
                   UnwinderOptions options)
    : debugFiles_(std::move(search)), options_(options), executable_(std::move(executable)) {
  for (ModuleSource& source : modules) {
    modules_.push_back(std::make_unique<Module>(std::move(source), debugFiles_));
    Module* module = modules_.back().get();
    for (const Segment& segment : module->source().segments) placed_.push_back({segment.start, segment.end, module});
  }
  std::sort(placed_.begin(), placed_.end(), [](const Placed& a, const Placed& b) { return a.start < b.start; });
  std::sort(executable_.begin(), executable_.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.start < b.start; });
}

Module* Unwinder::moduleAt(Addr address) const {
  const auto after = std::upper_bound(placed_.begin(), placed_.end(), address,
                                      [](Addr at, const Placed& placed) { return at < placed.start; });
  if (after == placed_.begin() || address >= (after - 1)->end) return nullptr;
  return (after - 1)->module;
}

bool Unwinder::isExecutable(Addr address) const {
  const auto after = std::upper_bound(executable_.begin(), executable_.end(), address,
                                      [](Addr at, const AddressRange& range) { return at < range.start; });
  return after != executable_.begin() && address < (after - 1)->end;
}

UnwoundStack Unwinder::unwind(Registers registers, std::vector<MemoryRange> ranges) {
  const Machine& machine = *options_.machine;
  const MemoryCopy memory(std::move(ranges), [this](Addr address, std::size_t size, void* into) {
    Module* module = moduleAt(address);
    return module != nullptr && module->constantAt(address, size, into);
  });
  UnwoundStack stack;
  const auto initialPc = registers.get(machine.pc);
  if (!initialPc) {
    stack.ending = {StopKind::needsRegister, machine.pc};
    return stack;
  }
  Addr pc = *initialPc;
  bool activation = true;
  std::uint8_t foundBy = 0;
  std::set<std::pair<Addr, Addr>> met;

  for (;;) {
    if (stack.frames.size() >= options_.maxFrames) {
      stack.ending = {StopKind::limit, stack.frames.size()};
      return stack;
    }
    stack.frames.push_back({pc, 0, static_cast<std::uint8_t>((activation ? UnwoundFrame::activation : 0) | foundBy)});
    UnwoundFrame& frame = stack.frames.back();
    foundBy = 0;

    // A call that does not return may be the last instruction of its function; the one before the return address is
    // the call itself.
    Module* module = moduleAt(activation ? pc : pc - 1);
    const FrameRules* rules = module != nullptr ? module->rulesAt(activation ? pc : pc - 1) : nullptr;
    if (rules == nullptr) {
      Stop stop{StopKind::noUnwindData, pc};
      Addr cfa = 0;
      if (!stepByFramePointer(registers, memory, pc, cfa, stop)) {
        stack.ending = stop;
        return stack;
      }
      frame.cfa = cfa;
      foundBy = UnwoundFrame::byFramePointer;
      activation = false;
    } else {
      const auto applied = applyRules(*rules, machine, memory, module->bias(), pc, registers);
      if (const auto* stop = std::get_if<Stop>(&applied)) {
        stack.ending = *stop;
        return stack;
      }
      frame.cfa = std::get<Addr>(applied);
      if (rules->signalFrame) frame.flags |= UnwoundFrame::signalTrampoline;
      if (rules->registers[rules->returnAddress].kind == Rule::Kind::undefined) return stack;
      const auto caller = registers.get(rules->returnAddress);
      if (!caller) {
        const auto lost = registers.lostAt(rules->returnAddress);
        stack.ending = lost ? Stop{StopKind::memoryMissing, *lost}
                            : Stop{StopKind::needsRegister, rules->returnAddress};
        return stack;
      }
      pc = withoutAuthentication(machine, *caller);
      // The handler was entered between two instructions of its "caller".
      activation = rules->signalFrame;
    }
    if (pc == 0) return stack;
    registers.set(machine.pc, pc);
    if (!met.emplace(pc, frame.cfa).second) {
      stack.ending = {StopKind::loop, pc};
      return stack;
    }
  }
}

// The frame record that code compiled with frame pointers keeps on both machines: [fp] the caller's fp, [fp + 8] the
// return address. Taken only where it leads up the stack and into code.
bool Unwinder::stepByFramePointer(Registers& registers, const MemoryCopy& memory, Addr& pc, Addr& cfa,
                                  Stop& stop) const {
  const Machine& machine = *options_.machine;
  const auto sp = registers.get(machine.sp);
  // A call through a bad pointer: the return address is what was pushed last.
  if (sp && !isExecutable(pc) && machine.elfMachine == EM_X86_64) {
    const auto caller = memory.read(*sp);
    if (!caller) stop = {StopKind::memoryMissing, *sp};
    if (!caller || !isExecutable(*caller)) return false;
    cfa = *sp + 8;
    pc = *caller;
    registers.set(machine.sp, cfa);
    return true;
  }
  const auto fp = registers.get(machine.fp);
  if (!fp) {
    const auto lost = registers.lostAt(machine.fp);
    stop = lost ? Stop{StopKind::memoryMissing, *lost} : Stop{StopKind::needsRegister, machine.fp};
    return false;
  }
  // The ABI marks the outermost frame with a zero frame pointer.
  if (*fp == 0) {
    stop = {StopKind::complete, 0};
    return false;
  }
  if (*fp % 8 != 0 || (sp && *fp < *sp)) return false;
  const auto callerFp = memory.read(*fp);
  const auto caller = memory.read(*fp + 8);
  if (!callerFp || !caller) {
    // Farther up on this stack it would be a frame record that was not copied; elsewhere it is no frame pointer at all.
    if (sp && *fp - *sp < kMaxStackBytes) stop = {StopKind::memoryMissing, callerFp ? *fp + 8 : *fp};
    return false;
  }
  const Addr callerPc = withoutAuthentication(machine, *caller);
  if (callerPc == 0) {
    stop = {StopKind::complete, 0};
    return false;
  }
  if (!isExecutable(callerPc)) return false;
  cfa = *fp + 16;
  pc = callerPc;
  // Where the callee saved the other registers, only it knew.
  Registers known;
  known.set(machine.sp, cfa);
  known.set(machine.fp, *callerFp);
  registers = known;
  return true;
}

const NamedAddress& Unwinder::name(Addr pc, std::uint8_t flags) {
  // A return address lies after the call, perhaps on another line or in another function.
  const bool exact = flags & (UnwoundFrame::activation | UnwoundFrame::signalTrampoline);
  const Addr address = exact || pc == 0 ? pc : pc - 1;
  const auto [entry, added] = names_.try_emplace(address);
  NamedAddress& named = entry->second;
  if (!added) return named;
  Module* module = moduleAt(address);
  if (module == nullptr) {
    named.frames.emplace_back();
    return named;
  }
  named.module = module;
  for (SourceFrame& source : module->sourceAt(address)) {
    NamedFrame frame;
    frame.rawSymbol = std::move(source.name);
    frame.file = std::move(source.file);
    frame.line = source.line;
    frame.inlined = source.inlined;
    named.frames.push_back(std::move(frame));
  }
  if (named.frames.empty()) named.frames.emplace_back();
  if (const auto symbol = module->symbolAt(address)) {
    NamedFrame& function = named.frames.back();
    function.rawSymbol = symbol->name;
    function.offset = pc - symbol->start;
  }
  for (NamedFrame& frame : named.frames) {
    // `name@@VERSION` is a default symbol version.
    frame.symbol = frame.rawSymbol.substr(0, frame.rawSymbol.find('@'));
    if (!options_.demangle) continue;
    if (auto demangled = demangle(frame.symbol)) frame.symbol = std::move(*demangled);
  }
  return named;
}

}  // namespace pystack::unwind
