#include "thread_look.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <unordered_set>

#include "cpu_clock.h"
#include "system_error.h"

namespace pystack {
namespace {

// As far as the processor, its 39th number.
constexpr size_t kStatBytes = 768;

// `<ns on a CPU> <ns waiting for one> <times it got one>`. https://docs.kernel.org/scheduler/sched-stats.html
bool parseSchedstat(const char* text, uint64_t& runs) noexcept {
  unsigned long long onCpu = 0, waiting = 0, times = 0;
  if (std::sscanf(text, "%llu %llu %llu", &onCpu, &waiting, &times) != 3) return false;
  runs = times;
  return true;
}

// Two lines of /proc/<pid>/task/<tid>/status, its last.
bool parseSwitches(const char* text, uint64_t& switches) noexcept {
  const char* voluntary = std::strstr(text, "\nvoluntary_ctxt_switches:");
  const char* forced = std::strstr(text, "\nnonvoluntary_ctxt_switches:");
  if (voluntary == nullptr || forced == nullptr) return false;
  switches = std::strtoull(std::strchr(voluntary, ':') + 1, nullptr, 10) +
             std::strtoull(std::strchr(forced, ':') + 1, nullptr, 10);
  return true;
}

// A kernel without CONFIG_SCHED_INFO has no schedstat or writes `0 0 0`; we ourselves have certainly run.
bool kernelCountsRuns() noexcept {
  UniqueFd own(::open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC));
  char text[96];
  const ssize_t length = own ? pread(own.get(), text, sizeof text - 1, 0) : -1;
  if (length <= 0) return false;
  text[length] = '\0';
  uint64_t runs = 0;
  return parseSchedstat(text, runs) && runs > 0;
}

// Once for the process: as many descriptors as we may have. Whether there is room now that was not before.
bool raiseDescriptorLimit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return false;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace

ThreadLook::ThreadLook(int processDir) : tasks_(processDir), useSchedstat_(kernelCountsRuns()) {}

LookMethod ThreadLook::method() const noexcept {
  if (refused_) return LookMethod::none;
  return useSchedstat_ ? LookMethod::schedstat : LookMethod::switches;
}

std::vector<pid_t> ThreadLook::list() {
  std::vector<pid_t> tids = tasks_.read();
  if (files_.size() > tids.size()) {
    const std::unordered_set<pid_t> alive(tids.begin(), tids.end());
    for (auto entry = files_.begin(); entry != files_.end();) {
      entry = alive.count(entry->first) != 0 ? std::next(entry) : files_.erase(entry);
    }
  }
  return tids;
}

UniqueFd ThreadLook::open(pid_t tid, File file) {
  char path[40];
  const char* name = file == File::syscall ? "syscall" : useSchedstat_ ? "schedstat" : "status";
  std::snprintf(path, sizeof path, "%d/%s", tid, name);
  for (;;) {
    UniqueFd fd(openat(tasks_.fd(), path, O_RDONLY | O_CLOEXEC));
    if (fd || errno != EMFILE) return fd;
    if (raiseDescriptorLimit()) continue;
    if (!keepOpen_) throw SystemError(EMFILE, "open");
    // Not even the hard limit is enough for two files a thread: from now on each is opened when it is read.
    keepOpen_ = false;
    files_.clear();
  }
}

std::optional<size_t> ThreadLook::readFile(pid_t tid, File file, char* into, size_t size) {
  // Twice: the kept file may be of an earlier thread of the same number.
  for (int attempt = 0; attempt < 2; attempt++) {
    UniqueFd fresh;
    int fd = -1;
    bool kept = false;
    if (const auto entry = files_.find(tid); entry != files_.end()) {
      fd = (file == File::syscall ? entry->second.syscall : entry->second.counter).get();
      kept = fd >= 0;
    }
    if (!kept) {
      fresh = open(tid, file);
      if (!fresh) {
        if (errno == ENOENT && faccessat(tasks_.fd(), std::to_string(tid).c_str(), F_OK, 0) != 0) return std::nullopt;
        return 0;
      }
      fd = fresh.get();
    }
    // At offset 0 a file of /proc is made anew.
    const ssize_t length = pread(fd, into, size - 1, 0);
    const int error = errno;
    if (fresh && keepOpen_) {
      Files& files = files_[tid];
      (file == File::syscall ? files.syscall : files.counter) = std::move(fresh);
    }
    if (length >= 0) {
      into[length] = '\0';
      return static_cast<size_t>(length);
    }
    if (error != ESRCH) return 0;
    files_.erase(tid);
    if (!kept) return std::nullopt;
  }
  return std::nullopt;
}

bool ThreadLook::readCounter(pid_t tid, uint64_t& counter) {
  char text[4096];
  const std::optional<size_t> length = readFile(tid, File::counter, text, useSchedstat_ ? 96 : sizeof text);
  if (!length) return false;
  const bool parsed = *length > 0 && (useSchedstat_ ? parseSchedstat(text, counter) : parseSwitches(text, counter));
  // Without a counter there is no proof, and everything has to be stopped.
  if (!parsed) refused_ = true;
  return true;
}

bool ThreadLook::readSyscall(pid_t tid, Look& look) {
  char text[256];
  const std::optional<size_t> length = readFile(tid, File::syscall, text, sizeof text);
  if (!length) return false;
  if (*length == 0) {
    refused_ = true;
    look.state = ThreadState::unknown;
    return true;
  }
  if (std::strncmp(text, "running", 7) == 0) {
    look.state = ThreadState::running;
    return true;
  }
  // `nr a0 a1 a2 a3 a4 a5 sp pc`, or `-1 sp pc` outside a system call; all but the first in hexadecimal.
  // https://man7.org/linux/man-pages/man5/proc_pid_syscall.5.html
  char* at = text;
  const long number = std::strtol(at, &at, 10);
  uint64_t values[8];
  size_t count = 0;
  while (count < 8) {
    char* end = at;
    values[count] = std::strtoull(at, &end, 16);
    if (end == at) break;
    at = end;
    count++;
  }
  if (count == 2 && values[0] == 0 && values[1] == 0) {
    // No stack, hence no user registers: it has ended but was not waited for (a leader before its threads).
    look.state = ThreadState::gone;
    return true;
  }
  if (count != 2 && count != 8) {
    look.state = ThreadState::unknown;
    return true;
  }
  look.state = ThreadState::blocked;
  look.syscall = static_cast<int32_t>(number);
  if (count == 8) std::copy_n(values, 6, look.args);
  look.sp = values[count - 2];
  look.pc = values[count - 1];
  return true;
}

Look ThreadLook::look(pid_t tid) {
  Look look;
  // A counter read before the thread is found off the CPU: if it is the same later, it was never put on one between.
  if (!readCounter(tid, look.runs) || !readSyscall(tid, look)) look.state = ThreadState::gone;
  return look;
}

bool ThreadLook::stillSince(pid_t tid, const Look& since) {
  if (method() == LookMethod::none || since.state != ThreadState::blocked) return false;
  if (!useSchedstat_) {
    // Switches are counted when a thread leaves the CPU: one that has come back and still runs shows the old count.
    Look now;
    if (!readSyscall(tid, now) || now.state != ThreadState::blocked) return false;
  }
  uint64_t runs = 0;
  return readCounter(tid, runs) && runs == since.runs;
}

const char* ThreadLook::readStat(pid_t tid, char* into, size_t size) const noexcept {
  char path[24];
  std::snprintf(path, sizeof path, "%d/stat", tid);
  UniqueFd fd(openat(tasks_.fd(), path, O_RDONLY | O_CLOEXEC));
  const ssize_t length = fd ? pread(fd.get(), into, size - 1, 0) : -1;
  if (length <= 0) return nullptr;
  into[length] = '\0';
  // `tid (comm) S …`: a name may hold anything, a closing parenthesis too.
  const char* after = std::strrchr(into, ')');
  return after != nullptr && after[1] == ' ' ? after + 2 : nullptr;
}

std::vector<ThreadLabel> ThreadLook::labels(const std::vector<pid_t>& tids) {
  std::vector<ThreadLabel> labels(tids.size());
  places_.clear();
  for (size_t i = 0; i < tids.size(); i++) {
    char text[kStatBytes];
    Place place;
    // Before the file that says where: what is counted later was then somewhere else, perhaps.
    place.runs = openCounter(tids[i]);
    const char* after = readStat(tids[i], text, sizeof text);
    if (after == nullptr) continue;
    const char* name = std::strchr(text, '(') + 1;
    labels[i] = {std::string(name, after - 2), *after};
    place.cpu = cpuOf(after);
    places_.emplace(tids[i], place);
  }
  return labels;
}

std::vector<double> ThreadLook::stillMs(const std::vector<pid_t>& tids) {
  std::vector<Place> places(tids.size());
  std::transform(tids.begin(), tids.end(), places.begin(), [this](pid_t tid) { return placeOf(tid); });
  std::set<int> cpus;
  for (const Place& place : places) cpus.insert(place.cpu);
  const std::map<int, double> clocks = readCpuClocks(cpus);
  std::vector<double> still(tids.size(), std::nan(""));
  for (size_t i = 0; i < tids.size(); i++) {
    const auto now = clocks.find(places[i].cpu);
    if (now == clocks.end()) continue;
    char path[24];
    std::snprintf(path, sizeof path, "%d/sched", tids[i]);
    // Written after the clock was read when it has run since; and it may have run on another CPU.
    const std::optional<double> then = readExecStart(tasks_.fd(), path);
    if (then && isStillAt(tids[i], places[i])) still[i] = std::max(std::round(now->second - *then), 0.0);
  }
  return still;
}

std::optional<uint64_t> ThreadLook::openCounter(pid_t tid) {
  uint64_t runs = 0;
  const bool known = useSchedstat_ && files_.count(tid) != 0 && readCounter(tid, runs);
  return known ? std::optional<uint64_t>(runs) : std::nullopt;
}

ThreadLook::Place ThreadLook::placeOf(pid_t tid) {
  const auto noted = places_.find(tid);
  if (noted != places_.end() && noted->second.runs && isStillAt(tid, noted->second)) return noted->second;
  const std::optional<uint64_t> runs = openCounter(tid);
  return {lastCpu(tid), runs};
}

bool ThreadLook::isStillAt(pid_t tid, const Place& place) {
  return place.runs ? openCounter(tid) == place.runs : lastCpu(tid) == place.cpu;
}

char ThreadLook::stateLetter(pid_t tid) const noexcept {
  char text[128];
  const char* stat = readStat(tid, text, sizeof text);
  return stat != nullptr ? *stat : 0;
}

int ThreadLook::lastCpu(pid_t tid) const noexcept {
  char text[kStatBytes];
  return cpuOf(readStat(tid, text, sizeof text));
}

int ThreadLook::cpuOf(const char* stat) noexcept {
  // The state is field 3, the processor field 39: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  for (int field = 3; stat != nullptr && field < 39; field++) {
    stat = std::strchr(stat, ' ');
    if (stat != nullptr) stat++;
  }
  return stat != nullptr ? static_cast<int>(std::strtol(stat, nullptr, 10)) : -1;
}

}  // namespace pystack
