#include "process_memory.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "monotonic.h"
#include "system_error.h"
#include "task_list.h"

namespace pystack {
namespace {

// IOV_MAX: more in one call is EINVAL. https://man7.org/linux/man-pages/man2/process_vm_readv.2.html
constexpr size_t kPiecesPerCall = 1024;
// After a call that ended early: the kernel looks at all pieces of a call before it copies any, and where one cannot be
// read, another often cannot.
constexpr size_t kPiecesAfterFault = 32;

// Nothing is mapped at address 0, so what a permitted reader gets is EFAULT.
int probe(pid_t tid) noexcept {
  uint8_t byte;
  const iovec local{&byte, 1};
  const iovec remote{nullptr, 1};
  return process_vm_readv(tid, &local, 1, &remote, 1, 0) >= 0 ? 0 : errno;
}

}  // namespace

ProcessMemory::ProcessMemory(pid_t pid, int processDir) : pid_(pid), processDir_(processDir), reader_(pid) {
  const int error = probe(reader_);
  if (error == 0 || error == EFAULT) return;
  if (recover(error)) return;
  throw SystemError(error, "process_vm_readv");
}

bool ProcessMemory::recover(int error) noexcept {
  if (mem_) return false;
  if (error == ENOSYS || error == EPERM) return openMem();
  if (error == ESRCH) return findOtherReader();
  return false;
}

bool ProcessMemory::openMem() noexcept {
  char path[32];
  std::snprintf(path, sizeof path, "task/%d/mem", reader_);
  UniqueFd mem(openat(processDir_, path, O_RDONLY | O_CLOEXEC));
  // Without a memory of its own (a zombie) it opens nevertheless and reads as empty.
  uint8_t byte;
  if (!mem || pread(mem.get(), &byte, 1, 0) == 0) return false;
  mem_ = std::move(mem);
  return true;
}

// A leader that called pthread_exit has no memory any more; its process does, under every other thread's id.
bool ProcessMemory::findOtherReader() noexcept {
  try {
    TaskList tasks(processDir_);
    for (const pid_t tid : tasks.read()) {
      if (tid == reader_) continue;
      const int error = probe(tid);
      if (error == EFAULT || error == 0) {
        reader_ = tid;
        return true;
      }
      if (error == ENOSYS || error == EPERM) {
        reader_ = tid;
        return openMem();
      }
    }
  } catch (...) {
    // The process is gone: what the caller says then anyway.
  }
  return false;
}

ssize_t ProcessMemory::readVector(const iovec* local, const iovec* remote, size_t count) noexcept {
  if (!mem_) return process_vm_readv(reader_, local, count, remote, count, 0);
  ssize_t total = 0;
  for (size_t i = 0; i < count; i++) {
    const auto offset = static_cast<off_t>(reinterpret_cast<uintptr_t>(remote[i].iov_base));
    const ssize_t got = pread(mem_.get(), local[i].iov_base, local[i].iov_len, offset);
    if (got > 0) total += got;
    if (got == static_cast<ssize_t>(local[i].iov_len)) continue;
    if (total > 0) return total;
    // An address space that has ended reads as an empty file.
    if (got == 0) errno = ESRCH;
    if (errno == EIO) errno = EFAULT;
    return -1;
  }
  return total;
}

CopyEnd ProcessMemory::copy(const Piece* pieces, size_t count, int64_t deadlineNs) noexcept {
  iovec local[kPiecesPerCall];
  iovec remote[kPiecesPerCall];
  size_t next = 0;
  size_t limit = kPiecesPerCall;
  while (next < count) {
    if (deadlineNs != 0 && monotonicNs() > deadlineNs) return CopyEnd::pastDeadline;
    const size_t batch = std::min(limit, count - next);
    for (size_t i = 0; i < batch; i++) {
      const Piece& piece = pieces[next + i];
      local[i] = {piece.local, piece.length};
      remote[i] = {reinterpret_cast<void*>(static_cast<uintptr_t>(piece.remote)), piece.length};
    }
    const ssize_t got = readVector(local, remote, batch);
    if (got < 0 && errno != EFAULT && errno != ENOMEM) {
      const int error = errno;
      if (recover(error)) continue;
      for (size_t i = next; i < count; i++) *pieces[i].ok = 0;
      return error == ESRCH ? CopyEnd::gone : CopyEnd::refused;
    }
    // The call ends before the first piece it cannot read and gives the bytes so far: mark that piece, go on behind it.
    auto left = static_cast<size_t>(std::max<ssize_t>(got, 0));
    size_t done = 0;
    while (done < batch && left >= pieces[next + done].length) {
      left -= pieces[next + done].length;
      *pieces[next + done].ok = 1;
      done++;
    }
    next += done;
    limit = done == batch ? std::min(2 * limit, kPiecesPerCall) : kPiecesAfterFault;
    if (done == batch) continue;
    *pieces[next++].ok = 0;
    while (next < count && pieces[next].continues) *pieces[next++].ok = 0;
  }
  return CopyEnd::done;
}

size_t ProcessMemory::read(uint64_t address, uint8_t* into, size_t length) {
  if (length <= kPageSize - address % kPageSize) {
    // A few bytes, as most reads are.
    const iovec local{into, length};
    const iovec remote{reinterpret_cast<void*>(static_cast<uintptr_t>(address)), length};
    if (readVector(&local, &remote, 1) == static_cast<ssize_t>(length)) return length;
  }
  constexpr size_t kPiecesAtOnce = 256;
  size_t total = 0;
  while (total < length) {
    Piece pieces[kPiecesAtOnce];
    uint8_t ok[kPiecesAtOnce];
    size_t count = 0;
    size_t planned = total;
    while (planned < length && count < kPiecesAtOnce) {
      const uint64_t at = address + planned;
      const size_t step = std::min<size_t>(length - planned, kPageSize - at % kPageSize);
      pieces[count] = {at, into + planned, step, &ok[count], count > 0};
      planned += step;
      count++;
    }
    switch (copy(pieces, count)) {
      case CopyEnd::gone:
        throw SystemError(ESRCH, usesMem() ? "pread" : "process_vm_readv");
      case CopyEnd::refused:
        throw SystemError(EPERM, usesMem() ? "pread" : "process_vm_readv");
      case CopyEnd::done:
      case CopyEnd::pastDeadline:
        break;
    }
    for (size_t i = 0; i < count; i++) {
      if (ok[i] == 0) return total;
      total += pieces[i].length;
    }
  }
  return total;
}

}  // namespace pystack
