// How is a copy of many pages had that is of one instant, without stopping what stands still anyway? In rounds; see
// README.md for the algorithm and why it is a proof.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "process_memory.h"
#include "registers.h"
#include "thread_look.h"

namespace pystack {

// The numbers are those of EVIDENCE in src/process/native.ts.
enum class Evidence : uint8_t { none = 0, still = 1, stopped = 2, gone = 3 };

enum class FreezeMode { prove, noStop };

struct FreezePlan {
  FreezeMode mode = FreezeMode::prove;
  std::vector<pid_t> tids;
  std::vector<uint64_t> pages;
  // Thread i owns pages[ownedPages[j]], ownedStart[i] <= j < ownedStart[i + 1]; all in range.
  std::vector<uint32_t> ownedStart;
  std::vector<uint32_t> ownedPages;
  std::vector<uint32_t> sharedPages;
  // Of each of tids: not 0 where `prove` stops it even if it stands still, for its registers. May be empty: none.
  std::vector<uint8_t> mustStop;
  size_t stackBytes = 0;
  unsigned maxRounds = 1;
  int64_t maxPauseNs = 0;
  // A page, and a byte of ok, for each of pages; stackBytes for each of tids. They outlive the freeze.
  uint8_t* bytes = nullptr;
  uint8_t* ok = nullptr;
  uint8_t* stacks = nullptr;
};

// What became of one thread of the plan.
struct FrozenThread {
  Evidence evidence = Evidence::none;
  Look look;
  Registers registers;
  size_t stackLength = 0;
  // errno of a stop that failed; 0: none did.
  int refusal = 0;
  bool everStopped = false;
};

struct FreezeOutcome {
  std::vector<FrozenThread> threads;
  int64_t pauseNs = 0;
  unsigned rounds = 0;
  bool simultaneous = false;
  bool overPause = false;
};

// On return nothing of the target is stopped or traced by us. Of a process that has ended all threads are `gone`.
// Throws SystemError EAGAIN (there can be no thread to trace from), EMFILE.
FreezeOutcome freeze(const FreezePlan& plan, ProcessMemory& memory, ThreadLook& threads);

}  // namespace pystack
