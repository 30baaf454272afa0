#include "unwinder.h"

#include <set>

#include "demangle.h"
#include "without_rules.h"

namespace pystack::unwind {
Unwinder::Unwinder(std::vector<ModuleSource> modules, std::vector<AddressRange> executable, DebugFileSearch search,
                   UnwinderOptions options)
    : debugFiles_(std::move(search)),
      options_(options),
      code_(std::move(modules), std::move(executable), debugFiles_),
      solver_(*options_.machine, code_) {}

UnwoundStack Unwinder::unwind(Registers registers, std::vector<MemoryRange> ranges) {
  const Machine& machine = *options_.machine;
  const MemoryCopy memory(std::move(ranges), [this](Addr address, std::size_t size, void* into) {
    Module* module = code_.moduleAt(address);
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
    const Addr within = activation ? pc : pc - 1;
    Module* module = code_.moduleAt(within);
    const FrameRules* rules = module != nullptr ? module->rulesAt(within) : nullptr;
    // Nobody calls a signal's trampoline, so what is before it may well be another function.
    const bool isDescribed = rules != nullptr && (rules->signalFrame || activation || !isTrampoline(memory, pc));
    if (!isDescribed) {
      const auto stepped = stepWithoutRules(registers, memory, frame, pc);
      if (const auto* stop = std::get_if<Stop>(&stepped)) {
        stack.ending = *stop;
        return stack;
      }
      const Step& step = std::get<Step>(stepped);
      pc = step.pc;
      frame.cfa = step.cfa;
      activation = frame.flags & UnwoundFrame::signalTrampoline;
      // A return was certain; a frame pointer is a guess that fits.
      if (!(frame.flags & UnwoundFrame::signalTrampoline) && !step.isCertain) foundBy = UnwoundFrame::byFramePointer;
    } else {
      const auto sp = registers.get(machine.sp);
      if (activation && !registers.get(rules->returnAddress)) {
        if (const auto told = solver_.returnAddress({within, pc, *rules, registers})) registers.set(rules->returnAddress, *told);
      }
      auto applied = applyRules(*rules, machine, memory, module->bias(), pc, registers);
      if (const auto* stop = std::get_if<Stop>(&applied); stop && stop->kind == StopKind::needsRegister) {
        const auto number = static_cast<unsigned>(stop->detail);
        const auto solved = solver_.solve(number, {within, pc, *rules, registers}, memory);
        if (const auto* missing = std::get_if<Stop>(&solved)) {
          applied = *missing;
        } else if (const auto& value = std::get<std::optional<Addr>>(solved)) {
          registers.set(number, *value);
          applied = applyRules(*rules, machine, memory, module->bias(), pc, registers);
        }
      }
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
      const Addr callerPc = withoutAuthentication(machine, *caller);
      // Its own caller, from the same place of the stack: nobody's. So it is for a thread's first function in musl, whose
      // rules were written by a program that knows nothing of threads.
      if (!activation && callerPc == pc && sp == registers.get(machine.sp)) return stack;
      pc = callerPc;
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

// From a frame whose code has no unwind data to its caller.
std::variant<Step, Stop> Unwinder::stepWithoutRules(Registers& registers, const MemoryCopy& memory,
                                                    UnwoundFrame& frame, Addr pc) {
  const Machine& machine = *options_.machine;
  const bool activation = frame.flags & UnwoundFrame::activation;
  if (!activation && isTrampoline(memory, pc)) {
    frame.flags |= UnwoundFrame::signalTrampoline;
    return leaveSignalHandler(machine, memory, registers);
  }
  const IsExecutable isCode = [this](Addr address) { return code_.isExecutable(address); };
  if (activation) {
    if (const auto step = leaveByReturn(machine, memory, isCode, registers, pc)) return *step;
  }
  if (const auto step = leaveByEpilogue(machine, memory, isCode, registers, pc)) return *step;
  const Module* module = code_.moduleAt(activation ? pc : pc - 1);
  if (module != nullptr && module->source().path.empty()) {
    if (const auto stepped = followRecordElsewhere(machine, memory, isCode, registers)) return *stepped;
  }
  return followFramePointer(machine, memory, isCode, frame.flags & UnwoundFrame::byFramePointer, registers, pc);
}

bool Unwinder::isTrampoline(const MemoryCopy& memory, Addr pc) {
  const auto [entry, added] = trampolines_.try_emplace(pc);
  if (added) entry->second = isSignalTrampoline(*options_.machine, memory, pc);
  return entry->second;
}

const NamedAddress& Unwinder::name(Addr pc, std::uint8_t flags) {
  // A return address lies after the call, perhaps on another line or in another function.
  const bool exact = flags & (UnwoundFrame::activation | UnwoundFrame::signalTrampoline);
  const Addr address = exact || pc == 0 ? pc : pc - 1;
  const auto [entry, added] = names_.try_emplace(address);
  NamedAddress& named = entry->second;
  if (!added) return named;
  Module* module = code_.moduleAt(address);
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

bool Unwinder::isPartOf(Addr pc, std::uint8_t flags, const std::string& symbol) {
  const bool exact = flags & (UnwoundFrame::activation | UnwoundFrame::signalTrampoline);
  const Addr address = exact || pc == 0 ? pc : pc - 1;
  const auto [entry, added] = parts_.try_emplace({address, symbol});
  if (added) {
    Module* module = code_.moduleAt(address);
    entry->second = module != nullptr && module->isPartOf(address, symbol);
  }
  return entry->second;
}

}  // namespace pystack::unwind
