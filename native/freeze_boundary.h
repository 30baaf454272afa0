// How does a freeze come in from JavaScript and its outcome go out? FreezePlan and FreezeResult of src/target/native.ts.
#pragma once

#include <napi.h>

#include "process_memory.h"
#include "thread_look.h"

namespace pystack {

// Throws a JavaScript TypeError for a plan that does not hold together, SystemError as freeze().
Napi::Object freezeByPlan(Napi::Env env, const Napi::Value& plan, ProcessMemory& memory, ThreadLook& threads);

}  // namespace pystack
