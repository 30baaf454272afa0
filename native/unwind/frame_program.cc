#include "frame_program.h"

#include <dwarf.h>

#include <vector>

namespace pystack::unwind {
namespace {

// The longest real programs, of interpreters' loops, have some ten thousand bytes.
constexpr std::size_t kMaxInstructionBytes = 1 << 20;
constexpr std::size_t kMaxRemembered = 64;

class Machinery {
 public:
  Machinery(const Machine& machine, const FrameProgram& program, Addr pc, FrameRules& rules)
      : machine_(machine), program_(program), pc_(pc), rules_(rules) {}

  // Returns false when an instruction makes no sense; stops without that once `at_` is past the pc.
  bool run(Bytes instructions, Addr from) {
    if (instructions.size > kMaxInstructionBytes) return false;
    at_ = from;
    ByteReader reader(instructions);
    while (!reader.atEnd()) {
      if (!step(reader) || !reader.ok()) return false;
      if (at_ > pc_) return true;
    }
    return true;
  }
  // What DW_CFA_restore goes back to.
  void keepInitial() { initial_ = rules_; }

 private:
  bool step(ByteReader& reader) {
    const std::uint8_t operation = reader.byte();
    const std::uint8_t low = operation & 0x3f;
    switch (operation & 0xc0) {
      case DW_CFA_advance_loc: return advance(low);
      case DW_CFA_offset: return set(low, {Rule::Kind::savedAtOffset, scaled(reader.uleb()), {}});
      case DW_CFA_restore: return restore(low);
      default: break;
    }
    switch (operation) {
      case DW_CFA_nop: return true;
      case DW_CFA_set_loc:
        // Needs the pointer encoding; no compiler writes it into .eh_frame.
        at_ = reader.fixed(8);
        return true;
      case DW_CFA_advance_loc1: return advance(reader.fixed(1));
      case DW_CFA_advance_loc2: return advance(reader.fixed(2));
      case DW_CFA_advance_loc4: return advance(reader.fixed(4));
      case DW_CFA_offset_extended: {
        const std::uint64_t number = reader.uleb();
        return set(number, {Rule::Kind::savedAtOffset, scaled(reader.uleb()), {}});
      }
      case DW_CFA_restore_extended: return restore(reader.uleb());
      case DW_CFA_undefined: return set(reader.uleb(), {Rule::Kind::undefined, 0, {}});
      case DW_CFA_same_value: return set(reader.uleb(), {Rule::Kind::same, 0, {}});
      case DW_CFA_register: {
        const std::uint64_t number = reader.uleb();
        const std::uint64_t other = reader.uleb();
        return other < machine_.registers && set(number, {Rule::Kind::inRegister, static_cast<std::int64_t>(other), {}});
      }
      case DW_CFA_remember_state:
        if (remembered_.size() == kMaxRemembered) return false;
        remembered_.push_back(rules_);
        return true;
      case DW_CFA_restore_state:
        if (remembered_.empty()) return false;
        rules_ = remembered_.back();
        remembered_.pop_back();
        return true;
      case DW_CFA_def_cfa: {
        const std::uint64_t number = reader.uleb();
        return defineCfa(number, static_cast<std::int64_t>(reader.uleb()));
      }
      case DW_CFA_def_cfa_sf: {
        const std::uint64_t number = reader.uleb();
        return defineCfa(number, scaled(static_cast<std::uint64_t>(reader.sleb())));
      }
      case DW_CFA_def_cfa_register: return defineCfa(reader.uleb(), rules_.cfaOffset);
      case DW_CFA_def_cfa_offset: return defineCfa(rules_.cfaRegister, static_cast<std::int64_t>(reader.uleb()));
      case DW_CFA_def_cfa_offset_sf:
        return defineCfa(rules_.cfaRegister, scaled(static_cast<std::uint64_t>(reader.sleb())));
      case DW_CFA_def_cfa_expression:
        rules_.cfaExpression = reader.take(reader.uleb());
        return rules_.cfaExpression.data != nullptr;
      case DW_CFA_expression: return expression(reader, Rule::Kind::savedAtExpression);
      case DW_CFA_val_expression: return expression(reader, Rule::Kind::expression);
      case DW_CFA_offset_extended_sf: {
        const std::uint64_t number = reader.uleb();
        return set(number, {Rule::Kind::savedAtOffset, scaled(static_cast<std::uint64_t>(reader.sleb())), {}});
      }
      case DW_CFA_val_offset: {
        const std::uint64_t number = reader.uleb();
        return set(number, {Rule::Kind::offset, scaled(reader.uleb()), {}});
      }
      case DW_CFA_val_offset_sf: {
        const std::uint64_t number = reader.uleb();
        return set(number, {Rule::Kind::offset, scaled(static_cast<std::uint64_t>(reader.sleb())), {}});
      }
      // On AArch64: the return address is signed from here on, or no longer; the signature is cut off in any case.
      case DW_CFA_GNU_window_save: return machine_.elfMachine == EM_AARCH64;
      case DW_CFA_GNU_args_size: reader.uleb(); return true;
      default: return false;
    }
  }

  bool advance(std::uint64_t units) {
    at_ += units * program_.codeAlignment;
    return true;
  }
  std::int64_t scaled(std::uint64_t factored) const {
    // Wraps rather than overflows: forged factors are nonsense either way.
    return static_cast<std::int64_t>(factored * static_cast<std::uint64_t>(program_.dataAlignment));
  }
  // Registers that nobody needs for unwinding (xmm0…) have rules as well, which are passed over.
  bool set(std::uint64_t number, Rule rule) {
    if (number < machine_.registers) rules_.registers[number] = rule;
    return true;
  }
  bool restore(std::uint64_t number) {
    if (number < machine_.registers) rules_.registers[number] = initial_.registers[number];
    return true;
  }
  bool defineCfa(std::uint64_t number, std::int64_t offset) {
    if (number >= machine_.registers) return false;
    rules_.cfaRegister = static_cast<unsigned>(number);
    rules_.cfaOffset = offset;
    rules_.cfaExpression = {};
    return true;
  }
  bool expression(ByteReader& reader, Rule::Kind kind) {
    const std::uint64_t number = reader.uleb();
    const Bytes bytes = reader.take(reader.uleb());
    return bytes.data != nullptr && set(number, {kind, 0, bytes});
  }

  const Machine& machine_;
  const FrameProgram& program_;
  const Addr pc_;
  FrameRules& rules_;
  FrameRules initial_;
  Addr at_ = 0;
  std::vector<FrameRules> remembered_;
};

}  // namespace

bool runFrameProgram(const Machine& machine, const FrameProgram& program, Bytes instructions, Addr start, Addr pc,
                     FrameRules& rules) {
  rules.returnAddress = program.returnAddress;
  rules.signalFrame = program.signalFrame;
  // What the ABI says of a register without a rule: who is called must keep these.
  for (unsigned number = 0; number < machine.registers; number++) {
    if (machine.calleeSaved >> number & 1) rules.registers[number].kind = Rule::Kind::same;
  }
  Machinery machinery(machine, program, pc, rules);
  if (!machinery.run(program.initial, 0)) return false;
  machinery.keepInitial();
  return machinery.run(instructions, start);
}

}  // namespace pystack::unwind
