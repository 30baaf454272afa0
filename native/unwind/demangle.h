// What did the programmer call this function?
#pragma once

#include <optional>
#include <string>

namespace pystack::unwind {

// C++ (Itanium) and Rust (v0 and legacy); nullopt for what is neither, or absurdly large. `f` stays `f`: only names
// with a mangling prefix are tried.
std::optional<std::string> demangle(const std::string& name);

}  // namespace pystack::unwind
