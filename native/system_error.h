// How does a failed system call reach JavaScript? As this exception, thrown anywhere below addon.cc and turned there
// into an Error with `code` (errno's name) and `syscall`.
#pragma once

#include <exception>

namespace pystack {

class SystemError : public std::exception {
 public:
  // `syscall` must be a string literal: it is kept, not copied.
  SystemError(int number, const char* syscall) noexcept : number_(number), syscall_(syscall) {}

  int number() const noexcept { return number_; }
  const char* syscall() const noexcept { return syscall_; }
  const char* what() const noexcept override { return syscall_; }

 private:
  int number_;
  const char* syscall_;
};

// `ESRCH` for ESRCH …; `EUNKNOWN` for what none of our calls should give. (strerrorname_np needs glibc 2.32.)
const char* errnoName(int number) noexcept;

}  // namespace pystack
