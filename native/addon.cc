// What does the addon export? The names of NativeAddon in src/process/native.ts; nothing is done here.
#include <napi.h>

#include "live_process.h"
#include "monotonic.h"

namespace {

Napi::Value monotonicNs(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(pystack::monotonicNs()));
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("LiveProcess", pystack::LiveProcess::define(env));
  exports.Set("monotonicNs", Napi::Function::New<monotonicNs>(env, "monotonicNs"));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, initialize)
