#include "frame_rules.h"

namespace pystack::unwind {
namespace {

std::variant<Addr, Stop> frameAddress(const FrameRules& rules, const ExpressionContext& context) {
  if (rules.cfaExpression.data != nullptr) return evaluate(rules.cfaExpression, context, std::nullopt);
  const Registers& registers = context.registers;
  if (const auto base = registers.get(rules.cfaRegister)) {
    return *base + static_cast<std::uint64_t>(rules.cfaOffset);
  }
  if (const auto address = registers.lostAt(rules.cfaRegister)) return Stop{StopKind::memoryMissing, *address};
  return Stop{StopKind::needsRegister, rules.cfaRegister};
}

}  // namespace

std::variant<Addr, Stop> applyRules(const FrameRules& rules, const Machine& machine, const MemoryCopy& memory,
                                    Addr bias, Addr pc, Registers& registers) {
  const ExpressionContext context{registers, memory, bias, pc};
  const auto found = frameAddress(rules, context);
  if (std::holds_alternative<Stop>(found)) return found;
  const Addr cfa = std::get<Addr>(found);

  // A register whose rule cannot be followed is lost or unknown; that matters only if something needs it.
  Registers caller;
  const auto load = [&](unsigned number, Addr address) {
    if (const auto value = memory.read(address)) caller.set(number, *value);
    else caller.setLost(number, address);
  };
  for (unsigned number = 0; number < machine.registers; number++) {
    const Rule& rule = rules.registers[number];
    switch (rule.kind) {
      case Rule::Kind::undefined: break;
      case Rule::Kind::same: caller.copyFrom(registers, number, number); break;
      case Rule::Kind::inRegister: caller.copyFrom(registers, static_cast<unsigned>(rule.offset), number); break;
      case Rule::Kind::offset: caller.set(number, cfa + static_cast<std::uint64_t>(rule.offset)); break;
      case Rule::Kind::savedAtOffset: load(number, cfa + static_cast<std::uint64_t>(rule.offset)); break;
      case Rule::Kind::savedAtExpression:
      case Rule::Kind::expression: {
        const auto value = evaluate(rule.expression, context, cfa);
        if (const auto* stop = std::get_if<Stop>(&value)) {
          if (stop->kind == StopKind::memoryMissing) caller.setLost(number, stop->detail);
        } else if (rule.kind == Rule::Kind::expression) {
          caller.set(number, std::get<std::uint64_t>(value));
        } else {
          load(number, std::get<std::uint64_t>(value));
        }
        break;
      }
    }
  }
  // The CFA is by definition the stack pointer in the caller; unless something else is said (a signal frame).
  const Rule::Kind sp = rules.registers[machine.sp].kind;
  if (sp == Rule::Kind::undefined || sp == Rule::Kind::same) caller.set(machine.sp, cfa);
  registers = caller;
  return cfa;
}

}  // namespace pystack::unwind
