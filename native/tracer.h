// How is a thread stopped so that it runs again whatever happens to us? By PTRACE_SEIZE (which stops nothing) and
// PTRACE_INTERRUPT, from a thread of ours that lives no longer than the stop: when it ends, in whatever way, the kernel
// detaches what it still traces.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>

#include "registers.h"
#include "thread_look.h"

namespace pystack {

struct Tracee {
  enum class State : uint8_t {
    untouched,
    // Of another tracer, or not ours to trace: `error`.
    refused,
    // Attached, but running, or on its way into the stop.
    seized,
    standing,
    // Attached, and left to run: found blocked before anything was asked to stop.
    spared,
    // Attached, but does not come to its stop (it is in uninterruptible sleep). Let go when our thread ends.
    lingering,
    ended,
  };

  pid_t tid = 0;
  State state = State::untouched;
  int error = 0;
  // The signal it was about to be handed when it stopped; handed to it when it goes on.
  int signal = 0;
  Registers registers;
};

enum class StopEnd { allStand, starved, pastDeadline };

// Threads of the target held by the calling thread, until release() or destruction. Allocates nothing.
class Seized {
 public:
  // Attaches to each; none of them stops. `tracees` must outlive this.
  Seized(Tracee* tracees, size_t count) noexcept;
  ~Seized();
  Seized(const Seized&) = delete;
  Seized& operator=(const Seized&) = delete;

  // Asks all that are `seized` to stop, then waits until all that can have; `starved` where some have stood for
  // `patienceNs` and others still have not, be it that there is no CPU for them. `deadlineNs` is CLOCK_MONOTONIC. A thread
  // the scheduler says is not runnable gets kUninterruptibleNs and then counts as lingering.
  StopEnd stop(const ThreadLook& threads, int64_t deadlineNs, int64_t patienceNs) noexcept;
  // Since when, at the earliest, some thread stands (CLOCK_MONOTONIC); until then none does because of us. 0: none does.
  int64_t standingSinceNs() const noexcept { return standingSinceNs_; }
  // Of those that stand.
  void readRegisters() noexcept;
  // Takes what the kernel has to report of those that stand without a signal, so that nobody else's wait() does.
  void acknowledge() noexcept;
  // Lets all go, each with the signal it was about to get. A second call does nothing.
  void release() noexcept;

 private:
  // Whether one that does not stand yet was last on the CPU that we are on: it cannot go on to stop while we are.
  bool awaitsOurCpu(const ThreadLook& threads) const noexcept;

  Tracee* tracees_;
  size_t count_;
  int64_t standingSinceNs_ = 0;
};

// Moves the calling thread to CPUs on which none of these ran last, if there are any: a thread has to get its CPU to come
// to its stop, and if that is ours, who runs next there once it stands is not up to us.
void leaveCpusOf(const Tracee* tracees, size_t count, const ThreadLook& threads) noexcept;

// Runs `body` on a thread of its own, with all signals blocked.
class TracerThread {
 public:
  // Throws SystemError EAGAIN when there can be no further thread. `body` must not throw.
  explicit TracerThread(std::function<void()> body);
  // Joins.
  ~TracerThread();
  // Waits until the thread has ended for the kernel too, which detaches everything it still traced.
  void join() noexcept;

 private:
  std::atomic<pid_t> tid_{0};
  std::thread thread_;
};

}  // namespace pystack
