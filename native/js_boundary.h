// What may come in from JavaScript, and what leaves as an Error? Arguments are checked here, and no C++ exception goes
// further than guarded().
#pragma once

#include <napi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <new>
#include <string>

#include "system_error.h"

namespace pystack {

// Runs `body`; what it throws becomes a JavaScript exception. `code` is errno's name, `syscall` the call.
template <typename Body>
auto guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const SystemError& failure) {
    Napi::Error error = Napi::Error::New(env, std::string(failure.syscall()) + ": " + errnoName(failure.number()));
    error.Set("code", Napi::String::New(env, errnoName(failure.number())));
    error.Set("syscall", Napi::String::New(env, failure.syscall()));
    throw error;
  } catch (const std::bad_alloc&) {
    Napi::Error error = Napi::Error::New(env, "out of memory");
    error.Set("code", Napi::String::New(env, "ENOMEM"));
    throw error;
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Napi::Error::New(env, failure.what());
  }
}

// ptrace belongs to the thread that asked, and on a worker libuv's own waitpid on the main thread could take the stops.
inline void requireMainThread(Napi::Env env) {
  if (syscall(SYS_gettid) == getpid()) return;
  Napi::Error error = Napi::Error::New(env, "a process can only be looked at from the main thread");
  error.Set("code", Napi::String::New(env, "ERR_NOT_MAIN_THREAD"));
  throw error;
}

// A whole number in [low, high], else TypeError.
inline int64_t wholeNumber(const Napi::Value& value, const char* name, int64_t low, int64_t high) {
  double number;
  if (napi_get_value_double(value.Env(), value, &number) == napi_ok && number >= static_cast<double>(low) &&
      number <= static_cast<double>(high) && std::floor(number) == number) {
    return static_cast<int64_t>(number);
  }
  throw Napi::TypeError::New(value.Env(), std::string(name) + " must be a whole number from " + std::to_string(low) +
                                              " to " + std::to_string(high));
}

// Beyond, a double no longer counts bytes. User space ends far below.
constexpr int64_t kAddressEnd = 9007199254740991;

// The start of a page from an array of doubles, else TypeError.
inline uint64_t pageAddress(Napi::Env env, double value) {
  if (value >= 0 && value <= static_cast<double>(kAddressEnd) && std::fmod(value, 4096) == 0) return static_cast<uint64_t>(value);
  throw Napi::TypeError::New(env, "a page address must be a multiple of 4096 below 2^53");
}

// The elements of a typed array, where they are. Valid while no JavaScript runs.
template <typename Element>
struct Elements {
  Element* data;
  size_t length;

  Element* begin() const { return data; }
  Element* end() const { return data + length; }
  Element& operator[](size_t i) const { return data[i]; }
};

// A typed array of the very type, else TypeError. One call of Node-API: a read of a few bytes takes two microseconds.
template <typename Element>
Elements<Element> typedArray(const Napi::Value& value, napi_typedarray_type wanted, const char* message) {
  napi_typedarray_type type;
  size_t length;
  void* data;
  if (napi_get_typedarray_info(value.Env(), value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != wanted) {
    throw Napi::TypeError::New(value.Env(), message);
  }
  return {static_cast<Element*>(data), length};
}

inline Elements<double> float64Array(const Napi::Value& value, const char* message) {
  return typedArray<double>(value, napi_float64_array, message);
}
inline Elements<uint32_t> uint32Array(const Napi::Value& value, const char* message) {
  return typedArray<uint32_t>(value, napi_uint32_array, message);
}
inline Elements<int32_t> int32Array(const Napi::Value& value, const char* message) {
  return typedArray<int32_t>(value, napi_int32_array, message);
}
// A Buffer is one too.
inline Elements<uint8_t> uint8Array(const Napi::Value& value, const char* message) {
  return typedArray<uint8_t>(value, napi_uint8_array, message);
}

}  // namespace pystack
