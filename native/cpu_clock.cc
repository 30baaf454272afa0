#include "cpu_clock.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "unique_fd.h"

namespace pystack {
namespace {

constexpr const char* OWN = "/proc/thread-self/sched";
constexpr auto LONGEST = std::chrono::milliseconds(250);
constexpr auto AGAIN = std::chrono::milliseconds(10);

// A set of CPUs as large as the kernel's own may be: machines of more than 1,024 CPUs have no room in a `cpu_set_t`.
class CpuSet {
 public:
  static constexpr int MOST = 8192;

  CpuSet() : bits_(CPU_ALLOC_SIZE(MOST) / sizeof(unsigned long)) {}
  explicit CpuSet(int cpu) : CpuSet() { CPU_SET_S(cpu, size(), set()); }

  static CpuSet own() {
    CpuSet all;
    // Cannot fail for a set of that size; an empty one is refused when it is applied.
    sched_getaffinity(0, all.size(), all.set());
    return all;
  }
  bool apply(pid_t tid) noexcept { return sched_setaffinity(tid, size(), set()) == 0; }

 private:
  size_t size() const noexcept { return bits_.size() * sizeof(unsigned long); }
  cpu_set_t* set() noexcept { return reinterpret_cast<cpu_set_t*>(bits_.data()); }

  std::vector<unsigned long> bits_;
};

// Threads of ours, each sent to a CPU to read its clock there. Where a real-time task keeps a CPU, one would never come to
// run: it is called back, as we could not even end with it there.
class Errands {
 public:
  // Throws std::system_error when no further thread is allowed; those sent are joined all the same.
  void send(int cpu) {
    Errand& errand = errands_.emplace_back();
    errand.cpu = cpu;
    errand.thread = std::thread([this, &errand] { run(errand); });
  }

  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto allEnded = [this] {
      return std::all_of(errands_.begin(), errands_.end(),
                         [](const Errand& errand) { return errand.ended || !errand.thread.joinable(); });
    };
    changed_.wait_for(lock, LONGEST, allEnded);
    // Again and again: it may be about to go just as it is called back.
    while (!allEnded()) {
      for (Errand& errand : errands_) {
        if (errand.ended || !errand.thread.joinable()) continue;
        // From here on what it reads is the clock of that CPU or of another one: not to be told apart.
        errand.calledBack = true;
        if (errand.tid != 0) everywhere_.apply(errand.tid);
      }
      changed_.wait_for(lock, AGAIN, allEnded);
    }
  }

  std::map<int, double> end() {
    std::map<int, double> clocks;
    for (Errand& errand : errands_) {
      if (errand.thread.joinable()) errand.thread.join();
      if (errand.ms && !errand.calledBack) clocks.emplace(errand.cpu, *errand.ms);
    }
    return clocks;
  }

 private:
  struct Errand {
    int cpu = 0;
    std::thread thread;
    pid_t tid = 0;
    std::optional<double> ms;
    bool ended = false;
    bool calledBack = false;
  };

  void run(Errand& errand) {
    CpuSet only(errand.cpu);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      errand.tid = static_cast<pid_t>(syscall(SYS_gettid));
    }
    const std::optional<double> ms = only.apply(0) ? readExecStart(AT_FDCWD, OWN) : std::nullopt;
    const std::lock_guard<std::mutex> lock(mutex_);
    errand.ms = ms;
    errand.ended = true;
    changed_.notify_one();
  }

  CpuSet everywhere_ = CpuSet::own();
  std::mutex mutex_;
  std::condition_variable changed_;
  // Does not move its members.
  std::deque<Errand> errands_;
};

// The clock of `cpu` where this very thread runs on it: as of its last tick.
std::optional<double> readHere(int cpu) noexcept {
  if (sched_getcpu() != cpu) return std::nullopt;
  const std::optional<double> ms = readExecStart(AT_FDCWD, OWN);
  return sched_getcpu() == cpu ? ms : std::nullopt;
}

}  // namespace

std::optional<double> readExecStart(int directory, const char* path) noexcept {
  UniqueFd fd(::openat(directory, path, O_RDONLY | O_CLOEXEC));
  // The third line, behind the name and the rule.
  char text[512];
  const ssize_t length = fd ? pread(fd.get(), text, sizeof text - 1, 0) : -1;
  if (length <= 0) return std::nullopt;
  text[length] = '\0';
  const char* line = std::strstr(text, "\nse.exec_start");
  const char* value = line != nullptr ? std::strchr(line, ':') : nullptr;
  if (value == nullptr) return std::nullopt;
  // Not strtod, which reads as the locale writes.
  char* end = nullptr;
  const unsigned long long whole = std::strtoull(value + 1, &end, 10);
  const double part = *end == '.' ? static_cast<double>(std::strtoull(end + 1, nullptr, 10)) / 1e6 : 0;
  const double ms = static_cast<double>(whole) + part;
  return ms > 0 ? std::optional<double>(ms) : std::nullopt;
}

std::map<int, double> readCpuClocks(const std::set<int>& cpus) {
  // A kernel that does not tell of a thread that runs tells of none.
  if (cpus.empty() || !readExecStart(AT_FDCWD, OWN)) return {};
  std::map<int, double> clocks;
  Errands errands;
  try {
    for (const int cpu : cpus) {
      if (cpu < 0 || cpu >= CpuSet::MOST) continue;
      const std::optional<double> ms = readHere(cpu);
      if (ms) clocks.emplace(cpu, *ms);
      else errands.send(cpu);
    }
  } catch (const std::system_error&) {
    // No further thread is allowed: the clocks of the other CPUs are not known.
  }
  errands.wait();
  clocks.merge(errands.end());
  return clocks;
}

}  // namespace pystack
