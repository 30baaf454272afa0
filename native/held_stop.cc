#include "held_stop.h"

#include "monotonic.h"

namespace pystack {
HeldStop::HeldStop(const std::vector<pid_t>& tids, const ThreadLook& threads, int64_t stopNs)
    : tracees_(tids.size()), stands_(tids.size()), thread_([this, &tids, &threads, stopNs] {
        for (size_t i = 0; i < tids.size(); i++) tracees_[i].tid = tids[i];
        hold(threads, stopNs);
      }) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return stopped_; });
}

HeldStop::~HeldStop() { release(); }

void HeldStop::hold(const ThreadLook& threads, int64_t stopNs) noexcept {
  Seized seized(tracees_.data(), tracees_.size());
  const int64_t startNs = monotonicNs();
  seized.stop(threads, startNs + stopNs, stopNs);
  seized.readRegisters();
  seized.acknowledge();
  std::unique_lock<std::mutex> lock(mutex_);
  for (size_t i = 0; i < tracees_.size(); i++) stands_[i] = tracees_[i].state == Tracee::State::standing;
  stopped_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return mayGo_; });
  seized.release();
  heldNs_ = monotonicNs() - startNs;
}

int64_t HeldStop::release() noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (mayGo_) return 0;
    mayGo_ = true;
  }
  changed_.notify_all();
  thread_.join();
  return heldNs_;
}

}  // namespace pystack
