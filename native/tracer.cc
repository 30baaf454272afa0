#include "tracer.h"

#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include "monotonic.h"
#include "system_error.h"

namespace pystack {
namespace {

// A runnable thread stops within microseconds, unless it waits for a CPU; one in uninterruptible sleep does not at all.
constexpr int64_t kUninterruptibleNs = 20'000'000;
// For so long we ask without a pause whether the threads stand: whoever sleeps has to be woken, and may have to wait.
constexpr int64_t kSpinNs = 200'000;
// By then a thread stands that runs on another CPU: it is interrupted there.
constexpr int64_t kElsewhereNs = 20'000;
// The nice value of whom the scheduler (the ordinary one) prefers to all others.
constexpr int kMostUrgent = -20;
// Between two looks at threads that take longer, and much longer: they wait for a CPU, which might be ours.
constexpr timespec kPoll{0, 5'000};
constexpr timespec kRarePoll{0, 25'000};
constexpr int64_t kPollNs = 1'000'000;
// linux/ptrace.h, which glibc's sys/ptrace.h does not get along with.
constexpr int kEventStop = 128;

long request(int what, pid_t tid, uintptr_t data = 0, uintptr_t address = 0) noexcept {
  return ptrace(static_cast<decltype(PTRACE_SEIZE)>(what), tid, reinterpret_cast<void*>(address),
                reinterpret_cast<void*>(data));
}

// Whether there is news of an attached thread; then its state is `standing` or `ended`.
//
// WNOWAIT leaves the news where it is. Were it taken, the signal of a thread that stopped on the way to its handler
// would be in our hands alone, and lost with us if we were killed now; left, the kernel delivers it. An end is left for
// the thread's own parent, which may be this very process.
bool arrived(Tracee& tracee) noexcept {
  siginfo_t news{};
  const int options = WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL | __WNOTHREAD;
  if (waitid(P_PID, static_cast<id_t>(tracee.tid), &news, options) != 0) {
    tracee.state = Tracee::State::ended;
    return true;
  }
  if (news.si_pid == 0) return false;
  if (news.si_code != CLD_TRAPPED && news.si_code != CLD_STOPPED) {
    tracee.state = Tracee::State::ended;
    return true;
  }
  // PTRACE_EVENT_STOP: our interrupt, or a job-control stop, into which the kernel puts it back when we detach.
  // Without an event it was about to be handed a signal.
  tracee.signal = news.si_status >> 8 == kEventStop ? 0 : news.si_status & 0xff;
  tracee.state = Tracee::State::standing;
  return true;
}

}  // namespace

Seized::Seized(Tracee* tracees, size_t count) noexcept : tracees_(tracees), count_(count) {
  for (size_t i = 0; i < count_; i++) {
    Tracee& tracee = tracees_[i];
    // No options: with PTRACE_O_EXITKILL our death would be the target's.
    if (request(PTRACE_SEIZE, tracee.tid) == 0) {
      tracee.state = Tracee::State::seized;
    } else {
      tracee.error = errno;
      tracee.state = errno == ESRCH ? Tracee::State::ended : Tracee::State::refused;
    }
  }
}

Seized::~Seized() { release(); }

bool Seized::awaitsOurCpu(const ThreadLook& threads) const noexcept {
  const int ours = sched_getcpu();
  for (size_t i = 0; ours >= 0 && i < count_; i++) {
    if (tracees_[i].state == Tracee::State::seized && threads.lastCpu(tracees_[i].tid) == ours) return true;
  }
  return false;
}

StopEnd Seized::stop(const ThreadLook& threads, int64_t deadlineNs, int64_t patienceNs) noexcept {
  const int64_t startNs = monotonicNs();
  for (size_t i = 0; i < count_; i++) {
    if (tracees_[i].state != Tracee::State::seized) continue;
    if (request(PTRACE_INTERRUPT, tracees_[i].tid) != 0) tracees_[i].state = Tracee::State::ended;
  }
  int64_t lookedNs = startNs;
  bool asked = false;
  bool inTheWay = false;
  for (;;) {
    bool all = true;
    for (size_t i = 0; i < count_; i++) {
      if (tracees_[i].state != Tracee::State::seized) continue;
      if (!arrived(tracees_[i])) {
        all = false;
      } else if (standingSinceNs_ == 0 && tracees_[i].state == Tracee::State::standing) {
        // Somewhere between the pass before and this one.
        standingSinceNs_ = lookedNs;
      }
    }
    if (all) return StopEnd::allStand;
    const int64_t nowNs = monotonicNs();
    if (nowNs > deadlineNs) return StopEnd::pastDeadline;
    if (standingSinceNs_ != 0 && nowNs - standingSinceNs_ > patienceNs) return StopEnd::starved;
    if (nowNs - startNs > kUninterruptibleNs) {
      for (size_t i = 0; i < count_; i++) {
        Tracee& tracee = tracees_[i];
        if (tracee.state != Tracee::State::seized || threads.stateLetter(tracee.tid) == 'R') continue;
        if (arrived(tracee)) continue;
        tracee.state = Tracee::State::lingering;
        tracee.error = ETIMEDOUT;
      }
    }
    lookedNs = nowNs;
    if (!asked && nowNs - startNs > kElsewhereNs) {
      asked = true;
      inTheWay = awaitsOurCpu(threads);
    }
    // On another CPU it stops at once. Else it needs ours, and under real-time scheduling yielding would not give it.
    if (inTheWay || nowNs - startNs > kSpinNs) nanosleep(nowNs - startNs > kPollNs ? &kRarePoll : &kPoll, nullptr);
  }
}

void Seized::readRegisters() noexcept {
  for (size_t i = 0; i < count_; i++) {
    Tracee& tracee = tracees_[i];
    if (tracee.state != Tracee::State::standing) continue;
    iovec into{&tracee.registers.values, sizeof tracee.registers.values};
    // A 32-bit thread gives another, shorter set.
    tracee.registers.known = request(PTRACE_GETREGSET, tracee.tid, reinterpret_cast<uintptr_t>(&into), NT_PRSTATUS) == 0 &&
                             into.iov_len == sizeof tracee.registers.values;
  }
}

void Seized::acknowledge() noexcept {
  for (size_t i = 0; i < count_; i++) {
    if (tracees_[i].state != Tracee::State::standing || tracees_[i].signal != 0) continue;
    siginfo_t news{};
    waitid(P_PID, static_cast<id_t>(tracees_[i].tid), &news, WSTOPPED | WNOHANG | __WALL | __WNOTHREAD);
  }
}

void Seized::release() noexcept {
  for (size_t i = 0; i < count_; i++) {
    Tracee& tracee = tracees_[i];
    const bool attached = tracee.state == Tracee::State::seized || tracee.state == Tracee::State::spared ||
                          tracee.state == Tracee::State::lingering;
    // Only a standing thread can be detached; the others are when our thread ends.
    if (attached && !arrived(tracee)) continue;
    if (tracee.state == Tracee::State::standing) request(PTRACE_DETACH, tracee.tid, static_cast<uintptr_t>(tracee.signal));
  }
  count_ = 0;
}

void leaveCpusOf(const Tracee* tracees, size_t count, const ThreadLook& threads) noexcept {
  // As many as a cpu_set_t tells of; on a larger machine the call fails, and we stay where we are.
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) return;
  for (size_t i = 0; i < count; i++) {
    const int cpu = threads.lastCpu(tracees[i].tid);
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_CLR(static_cast<unsigned>(cpu), &cpus);
    if (CPU_COUNT(&cpus) == 0) return;
  }
  sched_setaffinity(0, sizeof cpus, &cpus);
}

TracerThread::TracerThread(std::function<void()> body) {
  // A new thread inherits the mask: no handler of Node's runs on it, and no call of its is interrupted.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this, body = std::move(body)] {
      tid_ = static_cast<pid_t>(syscall(SYS_gettid));
      // Sleeps of microseconds, not of the 50 more that are the default.
      prctl(PR_SET_TIMERSLACK, 1);
      // If we may: on a busy machine, threads that stand would wait for our turn. It is for this thread alone, and short.
      setpriority(PRIO_PROCESS, 0, kMostUrgent);
      body();
    });
  } catch (const std::system_error&) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw SystemError(EAGAIN, "clone");
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TracerThread::~TracerThread() { join(); }

void TracerThread::join() noexcept {
  if (!thread_.joinable()) return;
  thread_.join();
  // That returns a little before the kernel detaches.
  while (syscall(SYS_tgkill, getpid(), tid_.load(), 0) == 0) sched_yield();
}

}  // namespace pystack
