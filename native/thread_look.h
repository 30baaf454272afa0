// Does a thread stand still, and where? Asked of the kernel without touching the thread: first how often it got a CPU
// (its run counter), then in which system call it sleeps. The order is what makes it a proof; see README.md.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "task_list.h"
#include "unique_fd.h"

namespace pystack {

// The numbers are those of LOOK in src/process/native.ts.
enum class ThreadState : uint8_t { running = 0, blocked = 1, gone = 2, unknown = 3 };

struct Look {
  ThreadState state = ThreadState::unknown;
  // Times it got a CPU, or (schedstat not to be had) left one.
  uint64_t runs = 0;
  // System call number; -1: blocked outside one; -2: running or unknown.
  int32_t syscall = -2;
  uint64_t args[6] = {};
  uint64_t sp = 0;
  uint64_t pc = 0;
};

// What `stat` calls a thread, and the scheduler's letter for it.
struct ThreadLabel {
  std::string name;
  char letter = 0;
};

enum class LookMethod { schedstat, switches, none };

class ThreadLook {
 public:
  // `processDir`: an open descriptor of /proc/<pid>, not taken over. Throws SystemError.
  explicit ThreadLook(int processDir);

  // The threads as of now. Files of threads that have ended are closed.
  std::vector<pid_t> list();
  // Counter, then system call. A thread not of this process is `gone`. Throws SystemError when no file can be opened.
  Look look(pid_t tid);
  // Whether the thread has not run for one instruction since `since` was taken, when it was found blocked.
  bool stillSince(pid_t tid, const Look& since);
  // Those threads' names, bytes as they are, and letters; of one that has ended since it was listed the letter is 0.
  std::vector<ThreadLabel> labels(const std::vector<pid_t>& tids);
  // For how long each has not run, ms, at least; NaN: the kernel does not tell, or we may not run on the CPU that it last
  // ran on, whose clock it is by.
  std::vector<double> stillMs(const std::vector<pid_t>& tids);
  // The scheduler's letter for the thread (`D`: cannot be stopped), 0 when it is gone.
  char stateLetter(pid_t tid) const noexcept;

  // The CPU it ran on last, -1 when it is gone.
  int lastCpu(pid_t tid) const noexcept;

  // What the proof rests on here; `none` once a file of a thread was refused.
  LookMethod method() const noexcept;

 private:
  struct Files {
    UniqueFd counter;
    UniqueFd syscall;
  };
  enum class File { counter, syscall };
  // Where a thread ran last. As long as its run counter is the same, if that was read, it has run nowhere else.
  struct Place {
    int cpu = -1;
    std::optional<uint64_t> runs;
  };

  // Length of the file's start, read into `into` as text; 0: it was refused; nullopt: the thread is gone.
  std::optional<size_t> readFile(pid_t tid, File file, char* into, size_t size);
  UniqueFd open(pid_t tid, File file);
  // `stat` from behind the name on, into `into` as text; null: the thread is gone.
  const char* readStat(pid_t tid, char* into, size_t size) const noexcept;
  // The CPU in what `readStat` gave.
  static int cpuOf(const char* stat) noexcept;
  // Its run counter, where it is to be had for a tenth of another file: the kernel counts, and the file is open.
  std::optional<uint64_t> openCounter(pid_t tid);
  // As of `labels`, if that still holds, else as of now; the CPU is -1 where that cannot be told.
  Place placeOf(pid_t tid);
  bool isStillAt(pid_t tid, const Place& place);
  // False: the thread is gone.
  bool readCounter(pid_t tid, uint64_t& counter);
  // False: the thread is gone.
  bool readSyscall(pid_t tid, Look& look);

  TaskList tasks_;
  std::unordered_map<pid_t, Files> files_;
  std::unordered_map<pid_t, Place> places_;
  bool useSchedstat_;
  bool refused_ = false;
  bool keepOpen_ = true;
};

}  // namespace pystack
