#include "register_solver.h"

#include <algorithm>

#include "frame_distance.h"

namespace pystack::unwind {
namespace {

// How far from the stack pointer the register may point. A function's own frame is smaller, unless it takes room for
// large arguments of calls at run time.
constexpr Addr kWindowBytes = 32U << 10;

// Frames that are followed at most to see whether a value makes sense.
constexpr unsigned kMaxFollowed = 20'000;

}  // namespace

std::variant<std::optional<Addr>, Stop> RegisterSolver::solve(unsigned number, const Frame& frame,
                                                              const MemoryCopy& memory) {
  const std::optional<Addr> unknown;
  const auto sp = frame.registers.get(machine_.sp);
  if (machine_.elfMachine != EM_X86_64 || !sp || *sp % 8 != 0) return unknown;
  const Addr until = *sp + kWindowBytes;

  // Where the function's own instructions tell, that is the one value.
  if (const auto told = fromCode(number, frame, *sp)) {
    return tryValue(number, *told, frame, memory) ? told : unknown;
  }
  const auto function = calls_.functionAt(frame.within);
  if (!function) return unknown;
  calls_.lookForUses(*function);
  std::vector<Candidate> candidates;
  for (Addr value = *sp; value < until; value += 8) {
    if (const auto candidate = tryValue(number, value, frame, memory)) candidates.push_back(*candidate);
  }
  // The lowest: those farther out are other calls.
  const auto chosen = std::find_if(candidates.begin(), candidates.end(),
                                   [](const Candidate& each) { return each.called == Called::surely; });
  if (chosen == candidates.end()) return unknown;
  // What leaves no room below it has no left-overs below it either.
  if (chosen->value == *sp) return std::optional<Addr>(chosen->value);
  const Chain chain = follow(number, chosen->value, frame, until, memory);
  if (chain.missing) return Stop{StopKind::memoryMissing, *chain.missing};
  if (!chain.isWhole) return unknown;
  for (const Candidate& other : candidates) {
    if (chain.slots.count(other.slot) != 0) continue;
    if (follow(number, other.value, frame, until, memory).isWhole) return unknown;
  }
  return std::optional<Addr>(chosen->value);
}

// Where one call in all its file leads to it, and nothing else does, that is the one it returns behind. (So it is for the
// function of glibc 2.41 and later that makes each system call which can be cancelled.)
std::optional<Addr> RegisterSolver::returnAddress(const Frame& frame) const {
  if (machine_.elfMachine != EM_AARCH64) return std::nullopt;
  if (frame.rules.registers[frame.rules.returnAddress].kind != Rule::Kind::same) return std::nullopt;
  return code_.moduleAt(frame.within)->onlyReturnOf(frame.within);
}

std::optional<RegisterSolver::Candidate> RegisterSolver::tryValue(unsigned number, Addr value, const Frame& frame,
                                                                  const MemoryCopy& memory) {
  const Module* module = code_.moduleAt(frame.within);
  Registers registers = frame.registers;
  registers.set(number, value);
  const auto applied = applyRules(frame.rules, machine_, memory, module->bias(), frame.pc, registers);
  const Addr* cfa = std::get_if<Addr>(&applied);
  const auto caller = registers.get(frame.rules.returnAddress);
  const auto sp = frame.registers.get(machine_.sp);
  const Rule& saved = frame.rules.registers[frame.rules.returnAddress];
  if (cfa == nullptr || !caller || *cfa <= *sp || saved.kind != Rule::Kind::savedAtOffset) return std::nullopt;
  const Called called = calls_.wasCalled(calls_.functionAt(frame.within), *caller, memory);
  if (called == Called::no) return std::nullopt;
  return Candidate{value, *cfa + static_cast<Addr>(saved.offset), called};
}

RegisterSolver::Chain RegisterSolver::follow(unsigned number, Addr value, const Frame& frame, Addr until,
                                             const MemoryCopy& memory) {
  Chain chain;
  Registers registers = frame.registers;
  registers.set(number, value);
  const FrameRules* rules = &frame.rules;
  Addr pc = frame.pc;
  Addr within = frame.within;
  Addr before = 0;
  for (unsigned frames = 0; frames < kMaxFollowed; frames++) {
    const auto applied = applyRules(*rules, machine_, memory, code_.moduleAt(within)->bias(), pc, registers);
    if (const auto* stop = std::get_if<Stop>(&applied)) {
      if (stop->kind == StopKind::memoryMissing) chain.missing = stop->detail;
      return chain;
    }
    const Addr cfa = std::get<Addr>(applied);
    const Rule& saved = rules->registers[rules->returnAddress];
    if (saved.kind == Rule::Kind::undefined) {
      chain.isWhole = true;
      return chain;
    }
    // On another stack, and behind a signal, other things are consistent.
    if (rules->signalFrame || cfa <= before || saved.kind != Rule::Kind::savedAtOffset) return chain;
    before = cfa;
    if (cfa > until) {
      chain.isWhole = true;
      return chain;
    }
    const auto caller = registers.get(rules->returnAddress);
    if (!caller) {
      chain.missing = registers.lostAt(rules->returnAddress);
      return chain;
    }
    if (*caller == 0) {
      chain.isWhole = true;
      return chain;
    }
    if (calls_.wasCalled(calls_.functionAt(within), *caller, memory) == Called::no) return chain;
    chain.slots.insert(cfa + static_cast<Addr>(saved.offset));
    pc = *caller;
    within = pc - 1;
    rules = code_.rulesAt(within);
    if (rules == nullptr) return chain;
  }
  return chain;
}

std::optional<Addr> RegisterSolver::fromCode(unsigned number, const Frame& frame, Addr sp) {
  if (number != machine_.fp) return std::nullopt;
  const LoadedBytes code = code_.moduleAt(frame.within)->functionCode(frame.within);
  if (frame.within < code.address || frame.within - code.address >= code.bytes.size) return std::nullopt;
  // A call leaves the stack as it was before it.
  const auto distance = frameDistance(code.bytes, frame.pc - code.address);
  if (!distance) return std::nullopt;
  return sp + static_cast<Addr>(*distance);
}

}  // namespace pystack::unwind
