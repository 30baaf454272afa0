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
  if (value.IsNumber()) {
    const double number = value.As<Napi::Number>().DoubleValue();
    if (number >= static_cast<double>(low) && number <= static_cast<double>(high) && std::floor(number) == number) {
      return static_cast<int64_t>(number);
    }
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

// A typed array of the very type, else TypeError.
template <typename Array>
Array typedArray(const Napi::Value& value, const char* name, napi_typedarray_type type, const char* typeName) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
    throw Napi::TypeError::New(value.Env(), std::string(name) + " must be a " + typeName);
  }
  return value.As<Array>();
}

inline Napi::Float64Array float64Array(const Napi::Value& value, const char* name) {
  return typedArray<Napi::Float64Array>(value, name, napi_float64_array, "Float64Array");
}
inline Napi::Uint32Array uint32Array(const Napi::Value& value, const char* name) {
  return typedArray<Napi::Uint32Array>(value, name, napi_uint32_array, "Uint32Array");
}
inline Napi::Int32Array int32Array(const Napi::Value& value, const char* name) {
  return typedArray<Napi::Int32Array>(value, name, napi_int32_array, "Int32Array");
}
// A Buffer is one too.
inline Napi::Uint8Array uint8Array(const Napi::Value& value, const char* name) {
  return typedArray<Napi::Uint8Array>(value, name, napi_uint8_array, "Uint8Array");
}

}  // namespace pystack
