// What stood in the target's memory at this address, as far as it was copied?
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <vector>

#include "machine.h"

namespace pystack::unwind {

struct MemoryRange {
  Addr start;
  const std::uint8_t* bytes;
  std::size_t size;
};

// Copied ranges first; then, through `constants`, what the modules' files say about read-only memory.
class MemoryCopy {
 public:
  using Constants = std::function<bool(Addr address, std::size_t size, void* into)>;

  MemoryCopy(std::vector<MemoryRange> ranges, Constants constants)
      : ranges_(std::move(ranges)), constants_(std::move(constants)) {}

  // A little-endian value of 1, 2, 4 or 8 bytes.
  std::optional<std::uint64_t> read(Addr address, std::size_t size = 8) const {
    std::uint64_t value = 0;
    if (size > sizeof value) return std::nullopt;
    for (const MemoryRange& range : ranges_) {
      if (address < range.start || range.size < size || address - range.start > range.size - size) continue;
      std::memcpy(&value, range.bytes + (address - range.start), size);
      return value;
    }
    if (constants_ && constants_(address, size, &value)) return value;
    return std::nullopt;
  }

 private:
  std::vector<MemoryRange> ranges_;
  Constants constants_;
};

}  // namespace pystack::unwind
