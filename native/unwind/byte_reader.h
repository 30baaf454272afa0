// How are bytes read that anybody may have written? Within their bounds, always; once past the end, a reader is spent.
#pragma once

#include <cstdint>
#include <cstring>

namespace pystack::unwind {

struct Bytes {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
};

// Little-endian, as both machines are.
class ByteReader {
 public:
  ByteReader() = default;
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool atEnd() const { return at_ >= bytes_.size; }
  std::size_t position() const { return at_; }
  const std::uint8_t* here() const { return bytes_.data + at_; }
  std::size_t left() const { return bytes_.size - at_; }

  // An unsigned integer of 1, 2, 4 or 8 bytes.
  std::uint64_t fixed(std::size_t width) {
    std::uint64_t value = 0;
    if (!has(width)) return 0;
    std::memcpy(&value, here(), width);
    at_ += width;
    return value;
  }
  // The same, signed.
  std::uint64_t fixedSigned(std::size_t width) {
    const std::uint64_t value = fixed(width);
    if (width >= 8) return value;
    const unsigned unused = static_cast<unsigned>(64 - 8 * width);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << unused) >> unused);
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(fixed(1)); }

  std::uint64_t uleb() { return leb(false); }
  std::int64_t sleb() { return static_cast<std::int64_t>(leb(true)); }

  // The next `size` bytes, which are passed over.
  Bytes take(std::uint64_t size) {
    if (!has(size)) return {};
    const Bytes taken{here(), static_cast<std::size_t>(size)};
    at_ += taken.size;
    return taken;
  }
  // Sets the position; false, and spent, outside of the bytes (their end is allowed).
  bool seek(std::uint64_t position) {
    if (position > bytes_.size) return ok_ = false;
    at_ = static_cast<std::size_t>(position);
    return ok_;
  }

 private:
  bool has(std::uint64_t size) {
    if (!ok_ || size > left()) ok_ = false;
    return ok_;
  }
  std::uint64_t leb(bool isSigned) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (;;) {
      const std::uint8_t part = byte();
      if (!ok_) return 0;
      if (shift < 64) value |= std::uint64_t{part & 0x7fU} << shift;
      shift += 7;
      if (part & 0x80) continue;
      if (isSigned && (part & 0x40) && shift < 64) value |= ~std::uint64_t{0} << shift;
      return value;
    }
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace pystack::unwind
