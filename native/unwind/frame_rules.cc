#include "frame_rules.h"

#include <dwarf.h>

namespace pystack::unwind {
namespace {

// Real ones have about a dozen operations.
constexpr std::size_t kMaxOperations = 256;

bool copyOperations(const Dwarf_Op* ops, std::size_t count, Expression& into) {
  if (count > kMaxOperations) return false;
  into.reserve(count);
  for (std::size_t i = 0; i < count; i++) into.push_back({ops[i].atom, ops[i].number, ops[i].number2, ops[i].offset});
  return true;
}

// libdw tells every rule as a DWARF location; the common shapes are recognised here so that they need no evaluation.
bool decodeRule(const Dwarf_Op* ops, std::size_t count, FrameRules& rules, Rule& rule) {
  if (count == 0) {
    // "Same value" comes without operations at all, "undefined" as an empty list of them.
    rule.kind = ops == nullptr ? Rule::Kind::same : Rule::Kind::undefined;
    return true;
  }
  if (count == 1 && ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31) {
    rule = {Rule::Kind::inRegister, ops[0].atom - DW_OP_reg0};
    return true;
  }
  if (count == 1 && ops[0].atom == DW_OP_regx) {
    if (ops[0].number >= kMaxRegisters) return false;
    rule = {Rule::Kind::inRegister, static_cast<std::int64_t>(ops[0].number)};
    return true;
  }
  const bool isValue = ops[count - 1].atom == DW_OP_stack_value;
  const std::size_t length = isValue ? count - 1 : count;
  if (length >= 1 && length <= 2 && ops[0].atom == DW_OP_call_frame_cfa &&
      (length == 1 || ops[1].atom == DW_OP_plus_uconst)) {
    rule = {isValue ? Rule::Kind::offset : Rule::Kind::savedAtOffset,
            length == 2 ? static_cast<std::int64_t>(ops[1].number) : 0};
    return true;
  }
  Expression expression;
  if (!copyOperations(ops, count, expression)) return false;
  rule = {isValue ? Rule::Kind::expression : Rule::Kind::savedAtExpression,
          static_cast<std::int64_t>(rules.expressions.size())};
  rules.expressions.push_back(std::move(expression));
  return true;
}

std::variant<std::uint64_t, Stop> need(const Registers& registers, unsigned number) {
  if (const auto value = registers.get(number)) return *value;
  if (const auto address = registers.lostAt(number)) return Stop{StopKind::memoryMissing, *address};
  return Stop{StopKind::needsRegister, number};
}

}  // namespace

const FrameRules* FrameTable::at(Addr pc) {
  const auto [entry, added] = cache_.try_emplace(pc);
  if (added) entry->second = decode(pc);
  return entry->second.get();
}

std::unique_ptr<FrameRules> FrameTable::decode(Addr pc) const {
  Dwarf_Frame* raw = nullptr;
  if (dwarf_cfi_addrframe(cfi_, pc - bias_, &raw) != 0) return nullptr;
  const Malloced<Dwarf_Frame> frame(raw);
  auto rules = std::make_unique<FrameRules>();
  const int returnAddress = dwarf_frame_info(frame.get(), nullptr, nullptr, &rules->signalFrame);
  if (returnAddress < 0 || static_cast<unsigned>(returnAddress) >= registers_) return nullptr;
  rules->returnAddress = static_cast<unsigned>(returnAddress);

  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame.get(), &ops, &count) != 0 || count == 0) return nullptr;
  if (count == 1 && ops[0].atom == DW_OP_bregx) {
    if (ops[0].number >= registers_) return nullptr;
    rules->cfaRegister = static_cast<unsigned>(ops[0].number);
    rules->cfaOffset = static_cast<std::int64_t>(ops[0].number2);
  } else if (!copyOperations(ops, count, rules->cfaExpression)) {
    return nullptr;
  }

  for (unsigned number = 0; number < registers_; number++) {
    Dwarf_Op buffer[3];
    if (dwarf_frame_register(frame.get(), static_cast<int>(number), buffer, &ops, &count) != 0) continue;
    if (!decodeRule(ops, count, *rules, rules->registers[number])) return nullptr;
  }
  return rules;
}

std::variant<Addr, Stop> applyRules(const FrameRules& rules, const Machine& machine, const MemoryCopy& memory,
                                    Addr bias, Addr pc, Registers& registers) {
  Addr cfa = 0;
  if (rules.cfaExpression.empty()) {
    const auto base = need(registers, rules.cfaRegister);
    if (const auto* stop = std::get_if<Stop>(&base)) return *stop;
    cfa = std::get<std::uint64_t>(base) + static_cast<std::uint64_t>(rules.cfaOffset);
  } else {
    const auto value = evaluate(rules.cfaExpression, registers, memory, bias, pc, std::nullopt);
    if (const auto* stop = std::get_if<Stop>(&value)) return *stop;
    cfa = std::get<Evaluated>(value).value;
  }

  Registers caller;
  for (unsigned number = 0; number < machine.registers; number++) {
    const Rule& rule = rules.registers[number];
    switch (rule.kind) {
      case Rule::Kind::undefined: break;
      case Rule::Kind::same: caller.copyFrom(registers, number); break;
      case Rule::Kind::offset: caller.set(number, cfa + static_cast<std::uint64_t>(rule.offset)); break;
      case Rule::Kind::inRegister:
        if (const auto value = registers.get(static_cast<unsigned>(rule.offset))) caller.set(number, *value);
        break;
      case Rule::Kind::savedAtOffset: {
        const Addr address = cfa + static_cast<std::uint64_t>(rule.offset);
        if (const auto value = memory.read(address)) caller.set(number, *value);
        else caller.setLost(number, address);
        break;
      }
      case Rule::Kind::savedAtExpression:
      case Rule::Kind::expression: {
        const Expression& expression = rules.expressions[static_cast<std::size_t>(rule.offset)];
        const auto result = evaluate(expression, registers, memory, bias, pc, cfa);
        if (const auto* stop = std::get_if<Stop>(&result)) {
          if (stop->kind == StopKind::memoryMissing) caller.setLost(number, stop->detail);
          break;
        }
        const Evaluated& evaluated = std::get<Evaluated>(result);
        if (evaluated.isValue) caller.set(number, evaluated.value);
        else if (const auto value = memory.read(evaluated.value)) caller.set(number, *value);
        else caller.setLost(number, evaluated.value);
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
