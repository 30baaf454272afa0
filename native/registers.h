// Which registers does a stopped thread have, and which of them say where it is? One machine a section.
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <cstddef>
#include <cstdint>

#include "thread_look.h"

namespace pystack {

// PTRACE_GETREGSET's NT_PRSTATUS, as the kernel gives it and as a core file's note holds it.
struct Registers {
  static constexpr size_t kCount = sizeof(user_regs_struct) / sizeof(uint64_t);

  user_regs_struct values{};
  bool known = false;

#if defined(__x86_64__)
  uint64_t sp() const noexcept { return values.rsp; }
  uint64_t pc() const noexcept { return values.rip; }
  // The call it was stopped in, if any: orig_rax is negative outside one. Whether the registers tell.
  bool tellSyscall(Look& look) const noexcept {
    look.syscall = -1;
    if (static_cast<int64_t>(values.orig_rax) < 0) return true;
    look.syscall = static_cast<int32_t>(values.orig_rax);
    const uint64_t args[6] = {values.rdi, values.rsi, values.rdx, values.r10, values.r8, values.r9};
    for (size_t i = 0; i < 6; i++) look.args[i] = args[i];
    return true;
  }
#elif defined(__aarch64__)
  uint64_t sp() const noexcept { return values.sp; }
  uint64_t pc() const noexcept { return values.pc; }
  // Its number is in another register set (NT_ARM_SYSTEM_CALL); nothing needs it yet.
  bool tellSyscall(Look&) const noexcept { return false; }
#else
#error "no register layout for this machine"
#endif
};

}  // namespace pystack
