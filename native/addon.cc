// What does the addon export? The names of NativeAddon in src/process/native.ts; nothing is done here.
#include <napi.h>

#include <cstdint>

#include "js_boundary.h"
#include "live_process.h"
#include "monotonic.h"
#include "socket_peer.h"

namespace {

Napi::Value monotonicNs(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(pystack::monotonicNs()));
}

Napi::Value unixSocketPeer(const Napi::CallbackInfo& info) {
  const int64_t inode = pystack::wholeNumber(info[0], "inode", 1, UINT32_MAX);
  return pystack::guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), pystack::unixSocketPeer(static_cast<uint32_t>(inode)));
  });
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("LiveProcess", pystack::LiveProcess::define(env));
  exports.Set("monotonicNs", Napi::Function::New<monotonicNs>(env, "monotonicNs"));
  exports.Set("unixSocketPeer", Napi::Function::New<unixSocketPeer>(env, "unixSocketPeer"));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, initialize)
