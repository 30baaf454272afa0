// Who frees what libelf and libdw hand out? These owners, so that no path through the unwinder leaks or frees twice.
#pragma once

#include <elfutils/libdw.h>
#include <libelf.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <utility>

namespace pystack::unwind {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int fd_ = -1;
};

template <auto Function>
struct Calls {
  template <typename T>
  void operator()(T* handle) const {
    Function(handle);
  }
};

using ElfHandle = std::unique_ptr<Elf, Calls<elf_end>>;
using DwarfHandle = std::unique_ptr<Dwarf, Calls<dwarf_end>>;
template <typename T>
using Malloced = std::unique_ptr<T, Calls<std::free>>;

// An ELF file opened by path. The members are in this order because the Elf reads through the descriptor.
struct OpenElf {
  FileDescriptor fd;
  ElfHandle elf;
  explicit operator bool() const { return elf != nullptr; }
};

}  // namespace pystack::unwind
