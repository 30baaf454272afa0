#include "demangle.h"

// Otherwise libiberty declares basename() its own way.
#define HAVE_DECL_BASENAME 1
#include <libiberty/demangle.h>

#include <csetjmp>
#include <cstring>

namespace pystack::unwind {
namespace {

constexpr std::size_t kMaxMangled = 16 << 10;
constexpr std::size_t kMaxDemangled = 64 << 10;

// Substitutions let a short name expand exponentially, and the callback cannot refuse more text; so it jumps out. The
// demanglers hold nothing at that time: their callback variants work on the stack alone.
struct Sink {
  std::string text;
  std::jmp_buf tooLong;
};

void append(const char* part, std::size_t size, void* opaque) {
  auto& sink = *static_cast<Sink*>(opaque);
  if (size > kMaxDemangled - sink.text.size()) std::longjmp(sink.tooLong, 1);
  sink.text.append(part, size);
}

using Demangler = int (*)(const char*, int, demangle_callbackref, void*);

bool runs(Demangler demangler, const char* name, int options, Sink& sink) {
  if (setjmp(sink.tooLong) != 0) return false;
  return demangler(name, options, append, &sink) != 0;
}

}  // namespace

std::optional<std::string> demangle(const std::string& name) {
  if (name.size() > kMaxMangled) return std::nullopt;
  const bool itanium = name.rfind("_Z", 0) == 0;
  const bool rust = name.rfind("_R", 0) == 0;
  if (!itanium && !rust) return std::nullopt;
  Sink sink;
  // Rust's legacy scheme looks like C++ (`_ZN…17h<16 digits>E`) and is told from it by its hash, so it goes first.
  if (runs(rust_demangle_callback, name.c_str(), 0, sink)) return std::move(sink.text);
  sink.text.clear();
  if (itanium && runs(cplus_demangle_v3_callback, name.c_str(), DMGL_PARAMS | DMGL_ANSI, sink)) {
    return std::move(sink.text);
  }
  return std::nullopt;
}

}  // namespace pystack::unwind
