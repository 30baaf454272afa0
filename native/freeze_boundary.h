// How does a freeze come in from JavaScript and its outcome go out? FreezePlan and FreezeResult of src/process/native.ts.
#pragma once

#include <napi.h>

#include "process_memory.h"
#include "registers.h"
#include "thread_look.h"

namespace pystack {

// The words of struct user_regs_struct as a BigUint64Array, or null.
Napi::Value registersOf(Napi::Env env, const Registers& registers);

// Throws a JavaScript TypeError for a plan that does not hold together, SystemError as freeze().
Napi::Object freezeByPlan(Napi::Env env, const Napi::Value& plan, ProcessMemory& memory, ThreadLook& threads);

}  // namespace pystack
