// How can threads stay stopped while JavaScript works? The thread that stopped them waits, and so do they, until
// release(), destruction, or our death.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "thread_look.h"
#include "tracer.h"

namespace pystack {

class HeldStop {
 public:
  // Returns when all that can stand do, or after `stopNs`. `tids` must be threads of the target. Throws SystemError EAGAIN.
  HeldStop(const std::vector<pid_t>& tids, const ThreadLook& threads, int64_t stopNs);
  // Releases.
  ~HeldStop();
  HeldStop(const HeldStop&) = delete;
  HeldStop& operator=(const HeldStop&) = delete;

  bool stands(size_t thread) const { return stands_[thread]; }
  // Of one that stands; not known where the kernel would not tell.
  const Registers& registers(size_t thread) const { return tracees_[thread].registers; }
  // Lets all go; returns for how many ns they stood, 0 at a second call.
  int64_t release() noexcept;

 private:
  void hold(const ThreadLook& threads, int64_t stopNs) noexcept;

  std::vector<Tracee> tracees_;
  std::vector<bool> stands_;
  int64_t heldNs_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  bool mayGo_ = false;
  // Last: it uses all of the above.
  TracerThread thread_;
};

}  // namespace pystack
