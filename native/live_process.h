// How does JavaScript see a live process? As the class LiveProcess of src/process/native.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "process_memory.h"
#include "thread_look.h"
#include "unique_fd.h"

namespace pystack {

class LiveProcess : public Napi::ObjectWrap<LiveProcess> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit LiveProcess(const Napi::CallbackInfo& info);

 private:
  // What is open while the process is looked at.
  struct Access {
    explicit Access(pid_t pid);
    UniqueFd directory;
    ProcessMemory memory;
    ThreadLook threads;
  };

  Napi::Value readMethod(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value readPages(const Napi::CallbackInfo& info);
  Napi::Value look(const Napi::CallbackInfo& info);
  Napi::Value stoodSince(const Napi::CallbackInfo& info);
  Napi::Value labels(const Napi::CallbackInfo& info);
  Napi::Value stillMs(const Napi::CallbackInfo& info);
  Napi::Value freeze(const Napi::CallbackInfo& info);
  Napi::Value stop(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  // Throws a JavaScript Error after close().
  Access& access(Napi::Env env);

  std::unique_ptr<Access> access_;
};

}  // namespace pystack
