// What time is it, by the clock that never jumps?
#pragma once

#include <cstdint>
#include <ctime>

namespace pystack {

// Nanoseconds of CLOCK_MONOTONIC.
inline int64_t monotonicNs() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace pystack
