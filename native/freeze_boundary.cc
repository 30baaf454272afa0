#include "freeze_boundary.h"

#include <algorithm>
#include <string>
#include <vector>

#include "freeze.h"
#include "js_boundary.h"
#include "look_columns.h"

namespace pystack {
namespace {

// Bounds against nonsense, far above any use: 4 GiB of pages, 64 MiB a stack, 4 GiB of stacks.
constexpr size_t kMaxPages = size_t{1} << 20;
constexpr int64_t kMaxStackBytes = 64 << 20;
constexpr size_t kMaxAllStacks = size_t{4} << 30;

Napi::TypeError wrong(Napi::Env env, const char* what) { return Napi::TypeError::New(env, what); }

FreezeMode modeOf(const Napi::Value& value) {
  if (value.IsString()) {
    const std::string name = value.As<Napi::String>();
    if (name == "prove") return FreezeMode::prove;
    if (name == "no-stop") return FreezeMode::noStop;
  }
  throw wrong(value.Env(), "plan.mode must be 'prove' or 'no-stop'");
}

template <typename Element>
std::vector<Element> copied(Elements<Element> elements) {
  return {elements.begin(), elements.end()};
}

void checkIndices(Napi::Env env, const std::vector<uint32_t>& indices, size_t end, const char* message) {
  if (std::any_of(indices.begin(), indices.end(), [end](uint32_t index) { return index >= end; })) {
    throw wrong(env, message);
  }
}

FreezePlan readPlan(Napi::Env env, const Napi::Value& value) {
  if (!value.IsObject()) throw wrong(env, "plan must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  FreezePlan plan;
  plan.mode = modeOf(object.Get("mode"));
  plan.tids = copied(int32Array(object.Get("tids"), "plan.tids must be an Int32Array"));
  const Elements<double> pages = float64Array(object.Get("pages"), "plan.pages must be a Float64Array");
  if (pages.length > kMaxPages) throw wrong(env, "plan.pages has too many entries");
  plan.pages.reserve(pages.length);
  for (const double address : pages) plan.pages.push_back(pageAddress(env, address));
  plan.ownedStart = copied(uint32Array(object.Get("ownedStart"), "plan.ownedStart must be a Uint32Array"));
  plan.ownedPages = copied(uint32Array(object.Get("ownedPages"), "plan.ownedPages must be a Uint32Array"));
  plan.sharedPages = copied(uint32Array(object.Get("sharedPages"), "plan.sharedPages must be a Uint32Array"));
  if (const Napi::Value mustStop = object.Get("mustStop"); !mustStop.IsUndefined()) {
    plan.mustStop = copied(uint8Array(mustStop, "plan.mustStop must be a Uint8Array"));
    if (plan.mustStop.size() != plan.tids.size()) throw wrong(env, "plan.mustStop must have one entry for each of tids");
  }
  plan.stackBytes = static_cast<size_t>(wholeNumber(object.Get("stackBytes"), "plan.stackBytes", 0, kMaxStackBytes));
  plan.maxRounds = static_cast<unsigned>(wholeNumber(object.Get("maxRounds"), "plan.maxRounds", 1, 1'000'000));
  const Napi::Value pause = object.Get("maxPauseMs");
  const double pauseMs = pause.IsNumber() ? pause.As<Napi::Number>().DoubleValue() : -1;
  if (!(pauseMs > 0 && pauseMs <= 3'600'000)) throw wrong(env, "plan.maxPauseMs must be more than 0, at most an hour");
  plan.maxPauseNs = static_cast<int64_t>(pauseMs * 1e6);

  if (std::any_of(plan.tids.begin(), plan.tids.end(), [](pid_t tid) { return tid < 1; })) {
    throw wrong(env, "plan.tids must be positive");
  }
  if (plan.ownedStart.size() != plan.tids.size() + 1 || plan.ownedStart.front() != 0 ||
      !std::is_sorted(plan.ownedStart.begin(), plan.ownedStart.end()) ||
      plan.ownedStart.back() != plan.ownedPages.size()) {
    throw wrong(env, "plan.ownedStart must rise from 0 to the length of ownedPages, with one entry more than tids");
  }
  checkIndices(env, plan.ownedPages, plan.pages.size(), "plan.ownedPages has an index outside pages");
  checkIndices(env, plan.sharedPages, plan.pages.size(), "plan.sharedPages has an index outside pages");
  if (plan.tids.size() * plan.stackBytes > kMaxAllStacks) throw wrong(env, "plan.stackBytes is too much for all tids");
  return plan;
}

Napi::Object outcomeOf(Napi::Env env, const FreezePlan& plan, const FreezeOutcome& outcome, LookMethod method,
                       Napi::ArrayBuffer stackBytes) {
  const size_t count = plan.tids.size();
  auto evidence = Napi::Uint8Array::New(env, count);
  auto registers = Napi::Array::New(env, count);
  auto stacks = Napi::Array::New(env, count);
  auto refused = Napi::Array::New(env);
  std::vector<Look> looks;
  std::vector<pid_t> stopped;
  for (uint32_t i = 0; i < count; i++) {
    const FrozenThread& thread = outcome.threads[i];
    evidence.Data()[i] = static_cast<uint8_t>(thread.evidence);
    looks.push_back(thread.look);
    registers.Set(i, registersOf(env, thread.registers));
    stacks.Set(i, thread.stackLength == 0
                      ? env.Null()
                      : Napi::Value(Napi::Uint8Array::New(env, thread.stackLength, stackBytes, i * plan.stackBytes)));
    if (thread.everStopped) stopped.push_back(plan.tids[i]);
    if (thread.refusal != 0) {
      Napi::Object entry = Napi::Object::New(env);
      entry.Set("tid", Napi::Number::New(env, plan.tids[i]));
      entry.Set("why", Napi::String::New(env, errnoName(thread.refusal)));
      refused.Set(refused.Length(), entry);
    }
  }
  auto stoppedTids = Napi::Int32Array::New(env, stopped.size());
  std::copy(stopped.begin(), stopped.end(), stoppedTids.Data());
  Napi::Object result = Napi::Object::New(env);
  result.Set("evidence", evidence);
  result.Set("look", lookColumns(env, plan.tids, looks, method));
  result.Set("registers", registers);
  result.Set("stacks", stacks);
  result.Set("pauseMs", Napi::Number::New(env, static_cast<double>(outcome.pauseNs) / 1e6));
  result.Set("stoppedTids", stoppedTids);
  result.Set("rounds", Napi::Number::New(env, outcome.rounds));
  result.Set("simultaneous", Napi::Boolean::New(env, outcome.simultaneous));
  result.Set("overPause", Napi::Boolean::New(env, outcome.overPause));
  result.Set("refused", refused);
  return result;
}

}  // namespace

Napi::Value registersOf(Napi::Env env, const Registers& registers) {
  if (!registers.known) return env.Null();
  auto array = Napi::BigUint64Array::New(env, Registers::kCount);
  const auto* words = reinterpret_cast<const uint8_t*>(&registers.values);
  std::copy_n(words, sizeof registers.values, reinterpret_cast<uint8_t*>(array.Data()));
  return array;
}

Napi::Object freezeByPlan(Napi::Env env, const Napi::Value& value, ProcessMemory& memory, ThreadLook& threads) {
  FreezePlan plan = readPlan(env, value);
  auto bytes = Napi::Uint8Array::New(env, plan.pages.size() * kPageSize);
  auto ok = Napi::Uint8Array::New(env, plan.pages.size());
  auto stacks = Napi::ArrayBuffer::New(env, plan.tids.size() * plan.stackBytes);
  plan.bytes = bytes.Data();
  plan.ok = ok.Data();
  plan.stacks = static_cast<uint8_t*>(stacks.Data());
  const FreezeOutcome outcome = freeze(plan, memory, threads);
  Napi::Object result = outcomeOf(env, plan, outcome, threads.method(), stacks);
  result.Set("bytes", bytes);
  result.Set("ok", ok);
  return result;
}

}  // namespace pystack
