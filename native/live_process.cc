#include "live_process.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <vector>

#include "freeze_boundary.h"
#include "held_stop.h"
#include "js_boundary.h"
#include "look_columns.h"

namespace pystack {
namespace {

// For a thread that is runnable but gets no CPU. The others stand still meanwhile.
constexpr int64_t kMostStopMs = 500;

UniqueFd openProcess(pid_t pid) {
  char path[24];
  std::snprintf(path, sizeof path, "/proc/%d", pid);
  UniqueFd directory(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw SystemError(errno == ENOENT ? ESRCH : errno, "open");
  return directory;
}

// Byte by byte: a name need not be UTF-8, and whoever has the bytes can tell.
Napi::Value latin1(Napi::Env env, const std::string& bytes) {
  napi_value value = nullptr;
  if (napi_create_string_latin1(env, bytes.data(), bytes.size(), &value) != napi_ok) throw Napi::Error::New(env);
  return Napi::Value(env, value);
}

}  // namespace

LiveProcess::Access::Access(pid_t pid)
    : directory(openProcess(pid)), memory(pid, directory.get()), threads(directory.get()) {}

Napi::Function LiveProcess::define(Napi::Env env) {
  return DefineClass(env, "LiveProcess",
                     {
                         InstanceAccessor<&LiveProcess::readMethod>("readMethod"),
                         InstanceMethod<&LiveProcess::read>("read"),
                         InstanceMethod<&LiveProcess::readPages>("readPages"),
                         InstanceMethod<&LiveProcess::look>("look"),
                         InstanceMethod<&LiveProcess::stoodSince>("stoodSince"),
                         InstanceMethod<&LiveProcess::labels>("labels"),
                         InstanceMethod<&LiveProcess::stillMs>("stillMs"),
                         InstanceMethod<&LiveProcess::freeze>("freeze"),
                         InstanceMethod<&LiveProcess::stop>("stop"),
                         InstanceMethod<&LiveProcess::close>("close"),
                     });
}

LiveProcess::LiveProcess(const Napi::CallbackInfo& info) : Napi::ObjectWrap<LiveProcess>(info) {
  requireMainThread(info.Env());
  const int64_t pid = wholeNumber(info[0], "pid", 1, std::numeric_limits<pid_t>::max());
  guarded(info.Env(), [&] { access_ = std::make_unique<Access>(static_cast<pid_t>(pid)); });
}

LiveProcess::Access& LiveProcess::access(Napi::Env env) {
  if (!access_) throw Napi::Error::New(env, "this LiveProcess is closed");
  return *access_;
}

Napi::Value LiveProcess::readMethod(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), access(info.Env()).memory.usesMem() ? "mem" : "process_vm_readv");
}

Napi::Value LiveProcess::read(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int64_t address = wholeNumber(info[0], "address", 0, kAddressEnd);
  const Elements<uint8_t> into = uint8Array(info[1], "into must be a Uint8Array");
  const size_t got = guarded(env, [&] {
    return access(env).memory.read(static_cast<uint64_t>(address), into.data, into.length);
  });
  return Napi::Number::New(env, static_cast<double>(got));
}

Napi::Value LiveProcess::readPages(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Elements<double> addresses = float64Array(info[0], "addresses must be a Float64Array");
  const Elements<uint8_t> into = uint8Array(info[1], "into must be a Uint8Array");
  const Elements<uint8_t> ok = uint8Array(info[2], "ok must be a Uint8Array");
  const size_t count = addresses.length;
  if (into.length != count * kPageSize) throw Napi::TypeError::New(env, "into must hold a page for each address");
  if (ok.length != count) throw Napi::TypeError::New(env, "ok must have an entry for each address");
  return guarded(env, [&]() -> Napi::Value {
    std::vector<Piece> pieces(count);
    for (size_t i = 0; i < count; i++) {
      pieces[i] = {pageAddress(env, addresses[i]), into.data + i * kPageSize, kPageSize, &ok[i], false};
    }
    switch (access(env).memory.copy(pieces.data(), count)) {
      case CopyEnd::gone:
        throw SystemError(ESRCH, "process_vm_readv");
      case CopyEnd::refused:
        throw SystemError(EPERM, "process_vm_readv");
      case CopyEnd::done:
      case CopyEnd::pastDeadline:
        break;
    }
    double read = 0;
    for (size_t i = 0; i < count; i++) read += ok[i];
    return Napi::Number::New(env, read);
  });
}

Napi::Value LiveProcess::look(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Access& process = access(env);
  return guarded(env, [&]() -> Napi::Value {
    const std::vector<pid_t> tids = process.threads.list();
    std::vector<Look> looks;
    looks.reserve(tids.size());
    for (const pid_t tid : tids) looks.push_back(process.threads.look(tid));
    return lookColumns(env, tids, looks, process.threads.method());
  });
}

Napi::Value LiveProcess::stoodSince(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Access& process = access(env);
  const Elements<int32_t> tids = int32Array(info[0], "tids must be an Int32Array");
  const Elements<uint8_t> states = uint8Array(info[1], "states must be a Uint8Array");
  const Elements<double> runs = float64Array(info[2], "runs must be a Float64Array");
  if (states.length != tids.length || runs.length != tids.length) {
    throw Napi::TypeError::New(env, "states and runs must have an entry for each of tids");
  }
  return guarded(env, [&]() -> Napi::Value {
    const std::vector<pid_t> now = process.threads.list();
    bool stood = now.size() == tids.length && std::equal(now.begin(), now.end(), tids.data);
    for (size_t i = 0; stood && i < now.size(); i++) {
      Look look;
      look.state = static_cast<ThreadState>(states[i]);
      look.runs = static_cast<uint64_t>(runs[i]);
      stood = process.threads.stillSince(now[i], look);
    }
    return Napi::Boolean::New(env, stood);
  });
}

Napi::Value LiveProcess::labels(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Access& process = access(env);
  return guarded(env, [&]() -> Napi::Value {
    const std::vector<pid_t> tids = process.threads.list();
    const std::vector<ThreadLabel> labels = process.threads.labels(tids);
    std::vector<pid_t> living;
    std::string letters;
    auto names = Napi::Array::New(env);
    for (size_t i = 0; i < tids.size(); i++) {
      if (labels[i].letter == 0) continue;
      names.Set(static_cast<uint32_t>(living.size()), latin1(env, labels[i].name));
      living.push_back(tids[i]);
      letters.push_back(labels[i].letter);
    }
    auto tidColumn = Napi::Int32Array::New(env, living.size());
    std::copy(living.begin(), living.end(), tidColumn.Data());
    Napi::Object result = Napi::Object::New(env);
    result.Set("tids", tidColumn);
    result.Set("names", names);
    result.Set("letters", Napi::String::New(env, letters));
    return result;
  });
}

Napi::Value LiveProcess::stillMs(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Access& process = access(env);
  const Elements<int32_t> tids = int32Array(info[0], "tids must be an Int32Array");
  return guarded(env, [&]() -> Napi::Value {
    const std::vector<double> still = process.threads.stillMs(std::vector<pid_t>(tids.begin(), tids.end()));
    auto column = Napi::Float64Array::New(env, still.size());
    std::copy(still.begin(), still.end(), column.Data());
    return column;
  });
}

Napi::Value LiveProcess::freeze(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  requireMainThread(env);
  Access& process = access(env);
  return guarded(env, [&]() -> Napi::Value { return freezeByPlan(env, info[0], process.memory, process.threads); });
}

Napi::Value LiveProcess::stop(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  requireMainThread(env);
  Access& process = access(env);
  const Elements<int32_t> tids = int32Array(info[0], "tids must be an Int32Array");
  const int64_t maxMs = info[1].IsUndefined() ? kMostStopMs : wholeNumber(info[1], "maxMs", 0, kMostStopMs);
  return guarded(env, [&]() -> Napi::Value {
    // A number that is none of this process's threads may be somebody else's.
    std::vector<pid_t> ours;
    std::vector<size_t> places;
    for (size_t i = 0; i < tids.length; i++) {
      const pid_t tid = tids[i];
      if (tid < 1 || process.threads.look(tid).state == ThreadState::gone) continue;
      ours.push_back(tid);
      places.push_back(i);
    }
    const auto held = std::make_shared<HeldStop>(ours, process.threads, maxMs * 1'000'000);
    auto stopped = Napi::Uint8Array::New(env, tids.length);
    auto registers = Napi::Array::New(env, tids.length);
    std::vector<Look> looks(tids.length);
    for (size_t i = 0; i < tids.length; i++) registers.Set(i, env.Null());
    for (size_t i = 0; i < ours.size(); i++) {
      stopped.Data()[places[i]] = held->stands(i) ? 1 : 0;
      const Registers& its = held->registers(i);
      if (!held->stands(i) || !its.known) continue;
      registers.Set(places[i], registersOf(env, its));
      Look& look = looks[places[i]];
      look.sp = its.sp();
      look.pc = its.pc();
      if (its.tellSyscall(look)) look.state = ThreadState::running;
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("stopped", stopped);
    result.Set("registers", registers);
    const std::vector<pid_t> asked(&tids[0], &tids[0] + tids.length);
    result.Set("look", lookColumns(env, asked, looks, process.threads.method()));
    // The function owns the stop: when it is collected, the threads go on.
    result.Set("release", Napi::Function::New(env, [held](const Napi::CallbackInfo& call) -> Napi::Value {
                 return Napi::Number::New(call.Env(), static_cast<double>(held->release()) / 1e6);
               }));
    return result;
  });
}

void LiveProcess::close(const Napi::CallbackInfo&) { access_.reset(); }

}  // namespace pystack
