#include "without_rules.h"

#include <array>

#include "instruction.h"

namespace pystack::unwind {
namespace {

// What a stack may have in use between two frame records.
constexpr Addr kMaxStackBytes = 8U << 20;
// Nothing is mapped below (vm.mmap_min_addr), so what is smaller is a number.
constexpr Addr kLowestRecord = 0x10000;
// Instructions before a return: one for each register that is kept, and some.
constexpr unsigned kMaxEpilogue = 16;

// ucontext_t of the kernel's rt_sigframe, which lies at the stack pointer when the handler has returned: general
// registers r8…rip by their DWARF numbers, from uc_mcontext on.
// https://elixir.bootlin.com/linux/v6.6/source/arch/x86/include/uapi/asm/sigcontext.h#L325
constexpr Addr kX86Registers = 40;
constexpr unsigned kX86Order[] = {8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16};
// There a siginfo_t of 128 bytes comes first, and in ucontext_t x0…x30, sp, pc come 184 bytes after its start.
// https://elixir.bootlin.com/linux/v6.6/source/arch/arm64/kernel/signal.c#L45
constexpr Addr kArmRegisters = 128 + 184;

Stop unknown(const Registers& registers, unsigned number) {
  const auto lost = registers.lostAt(number);
  return lost ? Stop{StopKind::memoryMissing, *lost} : Stop{StopKind::needsRegister, number};
}

}  // namespace

bool isSignalTrampoline(const Machine& machine, const MemoryCopy& memory, Addr pc) {
  const auto first = memory.read(pc);
  if (machine.elfMachine == EM_AARCH64) return first == 0xd400'0001'd280'1168;  // mov x8, #139; svc #0
  // mov $15, %rax (or %eax); syscall
  if (first == 0x0f'0000'000f'c0c7'48) return memory.read(pc + 8, 1) == 0x05;
  return first && (*first & 0xff'ffff'ffff'ffff) == 0x05'0f00'0000'0fb8;
}

std::variant<Step, Stop> leaveSignalHandler(const Machine& machine, const MemoryCopy& memory, Registers& registers) {
  const auto sp = registers.get(machine.sp);
  if (!sp) return unknown(registers, machine.sp);
  Registers interrupted;
  const auto load = [&](unsigned number, Addr address) {
    if (const auto value = memory.read(address)) interrupted.set(number, *value);
    else interrupted.setLost(number, address);
  };
  if (machine.elfMachine == EM_AARCH64) {
    for (unsigned number = 0; number < machine.registers; number++) load(number, *sp + kArmRegisters + 8 * number);
  } else {
    Addr address = *sp + kX86Registers;
    for (const unsigned number : kX86Order) {
      load(number, address);
      address += 8;
    }
  }
  registers = interrupted;
  const auto pc = registers.get(machine.pc);
  if (!pc) return unknown(registers, machine.pc);
  const auto itsSp = registers.get(machine.sp);
  if (!itsSp) return unknown(registers, machine.sp);
  return Step{*pc, *itsSp, true};
}

std::optional<Step> leaveByReturn(const Machine& machine, const MemoryCopy& memory, const IsExecutable& isExecutable,
                                  Registers& registers, Addr pc) {
  const auto sp = registers.get(machine.sp);
  if (!sp) return std::nullopt;
  if (machine.elfMachine == EM_AARCH64) {
    const auto caller = registers.get(30);
    if (!caller || memory.read(pc, 4) != 0xd65f'03c0) return std::nullopt;  // ret
    const Addr callerPc = withoutAuthentication(machine, *caller);
    if (!isExecutable(callerPc)) return std::nullopt;
    return Step{callerPc, *sp, true};
  }
  if (memory.read(pc, 1) != 0xc3 && memory.read(pc, 2) != 0xc3f3) return std::nullopt;  // ret, rep ret
  const auto caller = memory.read(*sp);
  if (!caller || !isExecutable(*caller)) return std::nullopt;
  registers.set(machine.sp, *sp + 8);
  return Step{*caller, *sp + 8, true};
}

std::optional<Step> leaveByEpilogue(const Machine& machine, const MemoryCopy& memory, const IsExecutable& isExecutable,
                                    Registers& registers, Addr pc) {
  if (machine.elfMachine != EM_X86_64) return std::nullopt;
  // DWARF's numbers of the registers that instructions call 0 to 7; the others are called alike.
  constexpr unsigned kNumbers[] = {0, 2, 1, 3, 7, 6, 4, 5};
  Registers left = registers;
  for (unsigned count = 0; count < kMaxEpilogue; count++) {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t size = 0;
    while (size < bytes.size()) {
      const auto byte = memory.read(pc + size, 1);
      if (!byte) break;
      bytes[size++] = static_cast<std::uint8_t>(*byte);
    }
    const auto one = decodeInstruction({bytes.data(), size}, 0);
    auto sp = left.get(machine.sp);
    if (!one || !sp || one->map != Instruction::Map::one) return std::nullopt;
    pc += one->size;
    const std::uint8_t operation = one->operation;
    if (operation == 0xc3) {
      const auto caller = memory.read(*sp);
      if (!caller || !isExecutable(*caller)) return std::nullopt;
      left.set(machine.sp, *sp + 8);
      registers = left;
      return Step{*caller, *sp + 8, true};
    }
    const bool isLeave = operation == 0xc9;
    if (isLeave) {
      sp = left.get(machine.fp);
      if (!sp) return std::nullopt;
    }
    if (isLeave || (operation & 0xf8) == 0x58) {
      const unsigned coded = (operation & 7U) | (one->rex & 1U) << 3;
      const unsigned number = isLeave ? machine.fp : coded < 8 ? kNumbers[coded] : coded;
      if (number == machine.sp) return std::nullopt;
      if (const auto value = memory.read(*sp)) left.set(number, *value);
      else left.setLost(number, *sp);
      left.set(machine.sp, *sp + 8);
    } else if ((operation == 0x81 || operation == 0x83) && one->extension() == 0 && one->mode() == 3 && one->rm() == 4 &&
               (one->rex & 8)) {
      left.set(machine.sp, *sp + static_cast<Addr>(one->immediate));
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::variant<Step, Stop>> followRecordElsewhere(const Machine& machine, const MemoryCopy& memory,
                                                              const IsExecutable& isExecutable,
                                                              Registers& registers) {
  const auto sp = registers.get(machine.sp);
  const auto fp = registers.get(machine.fp);
  if (machine.elfMachine != EM_X86_64 || !sp || !fp || *fp < kLowestRecord || *fp % 8 != 0) return std::nullopt;
  const auto isOnStack = [&](Addr address) { return address >= *sp && address - *sp < kMaxStackBytes; };
  if (isOnStack(*fp)) return std::nullopt;
  const auto callerFp = memory.read(*fp);
  const auto caller = memory.read(*fp + 8);
  const auto original = memory.read(*fp + 16);
  if (!callerFp || !caller || !original) return Stop{StopKind::recordMissing, *fp};
  if (!isExecutable(*caller) || *original % 8 != 0 || !isOnStack(*original)) return std::nullopt;
  const auto pushedFp = memory.read(*original);
  const auto pushedCaller = memory.read(*original + 8);
  if (!pushedFp || !pushedCaller) return Stop{StopKind::memoryMissing, *original};
  if (pushedFp != callerFp || pushedCaller != caller) return std::nullopt;
  Registers known;
  known.set(machine.sp, *original + 16);
  known.set(machine.fp, *callerFp);
  registers = known;
  return Step{*caller, *original + 16, false};
}

std::variant<Step, Stop> followFramePointer(const Machine& machine, const MemoryCopy& memory,
                                            const IsExecutable& isExecutable, bool keepsRecords,
                                            Registers& registers, Addr pc) {
  const Stop nothingKnown{StopKind::noUnwindData, pc};
  const auto sp = registers.get(machine.sp);
  // A call through a bad pointer: the return address is what was pushed last.
  if (sp && !isExecutable(pc) && machine.elfMachine == EM_X86_64) {
    const auto caller = memory.read(*sp);
    if (!caller) return Stop{StopKind::memoryMissing, *sp};
    if (!isExecutable(*caller)) return nothingKnown;
    registers.set(machine.sp, *sp + 8);
    return Step{*caller, *sp + 8, true};
  }
  const auto fp = registers.get(machine.fp);
  if (!fp) return unknown(registers, machine.fp);
  // The ABI marks the outermost frame with a zero frame pointer; in code that keeps none it is a number like any other.
  const Stop outermost = keepsRecords ? Stop{StopKind::complete, 0} : nothingKnown;
  if (*fp == 0) return outermost;
  if (*fp % 8 != 0 || (sp && *fp < *sp)) return nothingKnown;
  const auto callerFp = memory.read(*fp);
  const auto caller = memory.read(*fp + 8);
  if (!callerFp || !caller) {
    // Farther up on this stack it would be a frame record that was not copied; elsewhere it is no frame pointer at all.
    if (!sp || *fp - *sp >= kMaxStackBytes) return nothingKnown;
    return Stop{StopKind::memoryMissing, callerFp ? *fp + 8 : *fp};
  }
  const Addr callerPc = withoutAuthentication(machine, *caller);
  if (callerPc == 0) return outermost;
  if (!isExecutable(callerPc)) return nothingKnown;
  // Where the callee saved the other registers, only it knew.
  Registers known;
  known.set(machine.sp, *fp + 16);
  known.set(machine.fp, *callerFp);
  registers = known;
  return Step{callerPc, *fp + 16, false};
}

}  // namespace pystack::unwind
