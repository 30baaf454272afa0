// How are bytes of another process read? With process_vm_readv, up to 1,024 pieces a call; where that call is not to be
// had (a seccomp filter answers EPERM or ENOSYS), with pread on /proc/<pid>/mem.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#include "unique_fd.h"

namespace pystack {

constexpr size_t kPageSize = 4096;

// Bytes to copy. Must not cross a page boundary of the target: a piece is readable as a whole or not at all.
struct Piece {
  uint64_t remote;
  uint8_t* local;
  size_t length;
  // Set to 1 where the piece was read, to 0 where not.
  uint8_t* ok;
  // Goes on where the piece before it ends, and is not tried when that one could not be read: a failed piece costs a
  // system call, and behind the end of a stack there is rarely anything.
  bool continues = false;
};

enum class CopyEnd { done, pastDeadline, gone, refused };

class ProcessMemory {
 public:
  // Asks for nothing but permission. `processDir`: an open descriptor of /proc/<pid>, kept in use but not taken over.
  // Throws SystemError ESRCH (gone, a zombie, a kernel thread), EPERM, EACCES.
  ProcessMemory(pid_t pid, int processDir);

  // Copies what it can; the pieces it did not get to (past the deadline) keep their `ok`. Allocates nothing.
  // `deadlineNs`: CLOCK_MONOTONIC, looked at before each system call; 0: none.
  CopyEnd copy(const Piece* pieces, size_t count, int64_t deadlineNs = 0) noexcept;

  // Reads into `into`; returns the bytes before the first that cannot be read.
  // Throws SystemError when the process is gone or may not be read at all.
  size_t read(uint64_t address, uint8_t* into, size_t length);

  bool usesMem() const noexcept { return static_cast<bool>(mem_); }

 private:
  // Bytes read of `count` pieces, in order; -1 with errno.
  ssize_t readVector(const iovec* local, const iovec* remote, size_t count) noexcept;
  // The error of the last failed call, after every detour was tried. True: try again.
  bool recover(int error) noexcept;
  bool openMem() noexcept;
  bool findOtherReader() noexcept;

  pid_t pid_;
  int processDir_;
  // The thread through which the memory is had: the leader, unless that has ended before the others.
  pid_t reader_;
  UniqueFd mem_;
};

}  // namespace pystack
