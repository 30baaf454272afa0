#include "held_stop.h"

#include "monotonic.h"

namespace pystack {
namespace {

// For a thread that is runnable but gets no CPU. The others stand still meanwhile.
constexpr int64_t kStopNs = 500'000'000;

}  // namespace

HeldStop::HeldStop(const std::vector<pid_t>& tids, const ThreadLook& threads)
    : tracees_(tids.size()), stands_(tids.size()), thread_([this, &tids, &threads] {
        for (size_t i = 0; i < tids.size(); i++) tracees_[i].tid = tids[i];
        hold(threads);
      }) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return stopped_; });
}

HeldStop::~HeldStop() { release(); }

void HeldStop::hold(const ThreadLook& threads) noexcept {
  Seized seized(tracees_.data(), tracees_.size());
  const int64_t startNs = monotonicNs();
  seized.stop(threads, startNs + kStopNs);
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
