// How do looks at many threads leave as one LookResult? As columns, one entry a thread.
#pragma once

#include <napi.h>
#include <sys/types.h>

#include <vector>

#include "thread_look.h"

namespace pystack {

Napi::Object lookColumns(Napi::Env env, const std::vector<pid_t>& tids, const std::vector<Look>& looks,
                         LookMethod method);

}  // namespace pystack
