#include "look_columns.h"

#include <algorithm>

namespace pystack {
namespace {

const char* methodName(LookMethod method) {
  switch (method) {
    case LookMethod::schedstat:
      return "schedstat+syscall";
    case LookMethod::switches:
      return "switches+syscall";
    case LookMethod::none:
      return "none";
  }
  return "none";
}

}  // namespace

Napi::Object lookColumns(Napi::Env env, const std::vector<pid_t>& tids, const std::vector<Look>& looks,
                         LookMethod method) {
  const size_t count = tids.size();
  auto tidColumn = Napi::Int32Array::New(env, count);
  auto states = Napi::Uint8Array::New(env, count);
  auto runs = Napi::Float64Array::New(env, count);
  auto syscalls = Napi::Int32Array::New(env, count);
  auto args = Napi::Float64Array::New(env, 6 * count);
  auto sp = Napi::Float64Array::New(env, count);
  auto pc = Napi::Float64Array::New(env, count);
  std::copy(tids.begin(), tids.end(), tidColumn.Data());
  for (size_t i = 0; i < count; i++) {
    const Look& look = looks[i];
    states.Data()[i] = static_cast<uint8_t>(look.state);
    runs.Data()[i] = static_cast<double>(look.runs);
    syscalls.Data()[i] = look.syscall;
    std::transform(look.args, look.args + 6, args.Data() + 6 * i, [](uint64_t v) { return static_cast<double>(v); });
    sp.Data()[i] = static_cast<double>(look.sp);
    pc.Data()[i] = static_cast<double>(look.pc);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("tids", tidColumn);
  result.Set("states", states);
  result.Set("runs", runs);
  result.Set("syscalls", syscalls);
  result.Set("args", args);
  result.Set("sp", sp);
  result.Set("pc", pc);
  result.Set("method", Napi::String::New(env, methodName(method)));
  return result;
}

}  // namespace pystack
