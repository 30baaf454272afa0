#include "freeze.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "monotonic.h"
#include "system_error.h"
#include "tracer.h"

namespace pystack {
namespace {

// Makes the kernel put a page behind an address of ours now, not while a thread stands still.
void touch(uint8_t* byte) noexcept {
  volatile uint8_t* there = byte;
  *there = *there;
}

// How long threads may stand while others have not come to their stop: all are let go then, and tried again. They come
// within microseconds unless they wait for a CPU, or for a disk, both of which may take long. Each try may take twice as
// long as the one before; after the last, those that have not come count as refused.
constexpr int64_t kPatienceNs = 1'000'000;
constexpr int64_t kPatiencePerThreadNs = 20'000;
constexpr unsigned kMostTries = 8;
// Slept just before threads are stopped: what then blocks need not be stopped, and whoever has just slept is not about to
// have used up its share of a busy CPU while threads stand.
constexpr int64_t kBeforeStopNs = 100'000;
// Between two tries, so that they get the CPU that we would take.
constexpr int64_t kMostBetweenTriesNs = 5'000'000;

void pauseFor(int64_t ns) noexcept {
  const timespec time{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  nanosleep(&time, nullptr);
}

class Freeze {
 public:
  Freeze(const FreezePlan& plan, ProcessMemory& memory, ThreadLook& threads);
  FreezeOutcome run();

 private:
  // What the rounds remember of a thread, beside what they tell of it.
  struct Progress {
    bool needsLook = true;
    // Found blocked, and its bytes copied since.
    bool copied = false;
    bool hasMoved = false;
    // Without stopping: the round in which it was proven (0: not yet), and whether it has run since.
    unsigned provenRound = 0;
    bool ranSinceProof = false;
  };

  using Indices = std::vector<uint32_t>;

  // Looks at those that need it, copies the blocked ones, and returns those that have to be stopped.
  Indices lookAndCopy(bool lastRound);
  // Looks at `candidates`; the blocked ones' bytes are copied, the others returned.
  Indices copyBlocked(const Indices& candidates, bool lastRound);
  bool mustStop(uint32_t thread, bool lastRound) const;

  void copyWithoutOwner();
  void copyPages(const Indices& pages);
  void copyOwned(const Indices& threads);
  // Stops them, but for those that have blocked meanwhile, and copies. `starved`: it has to be tried again, after the
  // last try without those that did not come.
  StopEnd stopAndCopy(const Indices& runners, bool lastRound);
  // Whether a thread that gets no CPU is let be at last: where nothing else tells of it, only maxPauseNs ends the tries.
  bool mayGiveUp() const { return plan_.mode == FreezeMode::prove && threads_.method() != LookMethod::none; }
  // Whether the thread, looked at again, is blocked by now and need not be stopped.
  bool hasBlocked(uint32_t thread, bool lastRound, Look& look) noexcept;
  // Whether all is known of all that can be.
  bool check(const Indices& runners);
  bool checkUnstopped(uint32_t thread);
  bool recopiedSinceProof(uint32_t thread) const;

  void addPage(std::vector<Piece>& pieces, uint32_t page);
  // Pieces of the stack upward from `sp`; adds at most stackPiecesPerThread().
  size_t stackPieces(uint32_t thread, uint64_t sp, Piece* into);
  size_t stackPiecesPerThread() const { return plan_.stackBytes == 0 ? 0 : plan_.stackBytes / kPageSize + 2; }
  void measureStack(uint32_t thread, const Piece* pieces, size_t count);

  const FreezePlan& plan_;
  ProcessMemory& memory_;
  ThreadLook& threads_;
  FreezeOutcome out_;
  std::vector<Progress> progress_;
  // The batch, and the round, in which a page was copied last.
  std::vector<unsigned> pageBatch_;
  std::vector<unsigned> pageRound_;
  unsigned batch_ = 0;
  unsigned tries_ = 1;
  unsigned starvedRounds_ = 0;
  int64_t patienceNs_;
  // Where the pieces of stacks tell whether they were read.
  std::vector<uint8_t> stackOk_;
};

Freeze::Freeze(const FreezePlan& plan, ProcessMemory& memory, ThreadLook& threads)
    : plan_(plan),
      memory_(memory),
      threads_(threads),
      progress_(plan.tids.size()),
      pageBatch_(plan.pages.size()),
      pageRound_(plan.pages.size()),
      patienceNs_(kPatienceNs + kPatiencePerThreadNs * static_cast<int64_t>(plan.tids.size())),
      stackOk_(plan.tids.size() * stackPiecesPerThread()) {
  out_.threads.resize(plan.tids.size());
}

void Freeze::addPage(std::vector<Piece>& pieces, uint32_t page) {
  if (pageBatch_[page] == batch_) return;
  pageBatch_[page] = batch_;
  pageRound_[page] = out_.rounds;
  pieces.push_back({plan_.pages[page], plan_.bytes + size_t{page} * kPageSize, kPageSize, plan_.ok + page, false});
}

size_t Freeze::stackPieces(uint32_t thread, uint64_t sp, Piece* into) {
  uint8_t* local = plan_.stacks + thread * plan_.stackBytes;
  uint8_t* ok = stackOk_.data() + thread * stackPiecesPerThread();
  size_t count = 0;
  for (size_t at = 0; at < plan_.stackBytes; count++) {
    const size_t step = std::min<size_t>(plan_.stackBytes - at, kPageSize - (sp + at) % kPageSize);
    into[count] = {sp + at, local + at, step, ok + count, count > 0};
    at += step;
  }
  return count;
}

// The stack ends where its mapping does.
void Freeze::measureStack(uint32_t thread, const Piece* pieces, size_t count) {
  size_t length = 0;
  for (size_t i = 0; i < count && *pieces[i].ok != 0; i++) length += pieces[i].length;
  out_.threads[thread].stackLength = length;
}

void Freeze::copyPages(const Indices& pages) {
  std::vector<Piece> pieces;
  pieces.reserve(pages.size());
  batch_++;
  for (const uint32_t page : pages) addPage(pieces, page);
  memory_.copy(pieces.data(), pieces.size());
}

// What belongs to nobody is not expected to change; once is enough, before all else.
void Freeze::copyWithoutOwner() {
  std::vector<bool> listed(plan_.pages.size());
  for (const uint32_t page : plan_.ownedPages) listed[page] = true;
  for (const uint32_t page : plan_.sharedPages) listed[page] = true;
  Indices rest;
  for (uint32_t page = 0; page < plan_.pages.size(); page++) {
    if (!listed[page]) rest.push_back(page);
  }
  if (!rest.empty()) copyPages(rest);
}

void Freeze::copyOwned(const Indices& threads) {
  if (threads.empty()) return;
  std::vector<Piece> pieces;
  std::vector<size_t> stackEnds;
  batch_++;
  for (const uint32_t i : threads) {
    for (uint32_t j = plan_.ownedStart[i]; j < plan_.ownedStart[i + 1]; j++) addPage(pieces, plan_.ownedPages[j]);
  }
  const size_t pages = pieces.size();
  pieces.resize(pages + threads.size() * stackPiecesPerThread());
  size_t end = pages;
  for (const uint32_t i : threads) {
    // sp is 0 where the look could not tell it.
    if (out_.threads[i].look.sp != 0) end += stackPieces(i, out_.threads[i].look.sp, &pieces[end]);
    stackEnds.push_back(end);
  }
  memory_.copy(pieces.data(), end);
  size_t start = pages;
  for (size_t k = 0; k < threads.size(); k++) {
    measureStack(threads[k], pieces.data() + start, stackEnds[k] - start);
    start = stackEnds[k];
  }
}

bool Freeze::mustStop(uint32_t thread, bool lastRound) const {
  if (out_.threads[thread].refusal != 0) return false;
  switch (plan_.mode) {
    case FreezeMode::prove:
      // Stopping a blocked thread ends its system call early. Only one that will not stand still, or of which more must
      // be known than can be seen from outside, has to bear that.
      return (lastRound && progress_[thread].hasMoved) || (!plan_.mustStop.empty() && plan_.mustStop[thread] != 0);
    case FreezeMode::noStop:
      return false;
  }
  return false;
}

Freeze::Indices Freeze::copyBlocked(const Indices& candidates, bool lastRound) {
  Indices blocked;
  Indices ended;
  Indices others;
  for (const uint32_t i : candidates) {
    FrozenThread& thread = out_.threads[i];
    const bool everStopped = thread.everStopped;
    const int refusal = thread.refusal;
    thread = FrozenThread{};
    thread.everStopped = everStopped;
    thread.refusal = refusal;
    thread.look = threads_.look(plan_.tids[i]);
    progress_[i].copied = false;
    progress_[i].provenRound = 0;
    progress_[i].ranSinceProof = false;
    progress_[i].needsLook = true;
    if (thread.look.state == ThreadState::gone) {
      thread.evidence = Evidence::gone;
      progress_[i].needsLook = false;
      ended.push_back(i);
    } else if (thread.look.state == ThreadState::blocked && !mustStop(i, lastRound)) {
      blocked.push_back(i);
    } else {
      others.push_back(i);
    }
  }
  copyOwned(blocked);
  // What it left behind is still there to be shown.
  copyOwned(ended);
  for (const uint32_t i : blocked) {
    progress_[i].copied = true;
    progress_[i].needsLook = false;
  }
  return others;
}

Freeze::Indices Freeze::lookAndCopy(bool lastRound) {
  Indices candidates;
  for (uint32_t i = 0; i < progress_.size(); i++) {
    if (progress_[i].needsLook) candidates.push_back(i);
  }
  Indices others = copyBlocked(candidates, lastRound);
  // Copying took a while: what has blocked meanwhile need not be stopped.
  for (int again = 0; again < 2 && !others.empty(); again++) {
    others = copyBlocked(others, lastRound);
  }
  return others;
}

bool Freeze::hasBlocked(uint32_t thread, bool lastRound, Look& look) noexcept {
  if (mustStop(thread, lastRound) || threads_.method() == LookMethod::none) return false;
  try {
    look = threads_.look(plan_.tids[thread]);
  } catch (const SystemError&) {
    // No descriptor to look with: it is stopped, as planned.
    return false;
  }
  return look.state == ThreadState::blocked;
}

StopEnd Freeze::stopAndCopy(const Indices& runners, bool lastRound) {
  // Everything is allocated and touched before anything stops.
  std::vector<Piece> pieces;
  batch_++;
  for (const uint32_t page : plan_.sharedPages) addPage(pieces, page);
  for (const uint32_t i : runners) {
    for (uint32_t j = plan_.ownedStart[i]; j < plan_.ownedStart[i + 1]; j++) addPage(pieces, plan_.ownedPages[j]);
  }
  const size_t pages = pieces.size();
  pieces.resize(pages + runners.size() * stackPiecesPerThread());
  for (size_t i = 0; i < pages; i++) touch(pieces[i].local);
  for (const uint32_t i : runners) {
    for (size_t at = 0; at < plan_.stackBytes; at += kPageSize) touch(plan_.stacks + i * plan_.stackBytes + at);
  }
  std::vector<Tracee> tracees(runners.size());
  for (size_t k = 0; k < runners.size(); k++) tracees[k].tid = plan_.tids[runners[k]];
  std::vector<size_t> stackEnds(runners.size());
  std::vector<Look> lastLooks(runners.size());
  StopEnd end = StopEnd::allStand;
  int64_t pauseNs = 0;

  TracerThread tracer([&] {
    // Attaching stops nothing. Who begins to wait before we ask is not to be disturbed.
    Seized seized(tracees.data(), tracees.size());
    leaveCpusOf(tracees.data(), tracees.size(), threads_);
    pauseFor(kBeforeStopNs);
    for (size_t k = 0; k < runners.size(); k++) {
      if (tracees[k].state != Tracee::State::seized || !hasBlocked(runners[k], lastRound, lastLooks[k])) continue;
      tracees[k].state = Tracee::State::spared;
    }
    const int64_t deadlineNs = monotonicNs() + plan_.maxPauseNs;
    end = seized.stop(threads_, deadlineNs, patienceNs_);
    if (end == StopEnd::allStand) {
      seized.readRegisters();
      size_t used = pages;
      for (size_t k = 0; k < runners.size(); k++) {
        const uint64_t sp = tracees[k].state == Tracee::State::spared ? lastLooks[k].sp
                            : tracees[k].registers.known              ? tracees[k].registers.sp()
                                                                      : 0;
        if (sp != 0) used += stackPieces(runners[k], sp, &pieces[used]);
        stackEnds[k] = used;
      }
      if (memory_.copy(pieces.data(), used, deadlineNs) == CopyEnd::pastDeadline) end = StopEnd::pastDeadline;
    }
    seized.release();
    if (seized.standingSinceNs() != 0) pauseNs = monotonicNs() - seized.standingSinceNs();
  });
  tracer.join();

  const bool copied = end == StopEnd::allStand;
  size_t stackStart = pages;
  for (size_t k = 0; k < runners.size(); k++) {
    const Tracee& tracee = tracees[k];
    FrozenThread& thread = out_.threads[runners[k]];
    Progress& progress = progress_[runners[k]];
    switch (tracee.state) {
      case Tracee::State::standing:
        thread.everStopped = true;
        if (!copied) break;
        thread.evidence = Evidence::stopped;
        if (!tracee.registers.known) break;
        thread.registers = tracee.registers;
        thread.look.sp = tracee.registers.sp();
        thread.look.pc = tracee.registers.pc();
        tracee.registers.tellSyscall(thread.look);
        measureStack(runners[k], pieces.data() + stackStart, stackEnds[k] - stackStart);
        break;
      case Tracee::State::spared:
        // Like any other blocked thread from here on: copied after it was looked at, and checked below.
        if (!copied) break;
        thread.look = lastLooks[k];
        measureStack(runners[k], pieces.data() + stackStart, stackEnds[k] - stackStart);
        progress.copied = true;
        progress.needsLook = false;
        break;
      case Tracee::State::ended:
        thread.evidence = Evidence::gone;
        progress.needsLook = false;
        break;
      case Tracee::State::refused: {
        // A thread that is ending may not be traced either.
        const char letter = threads_.stateLetter(tracee.tid);
        const bool ended = letter == 0 || letter == 'Z' || letter == 'X';
        if (ended) {
          thread.evidence = Evidence::gone;
          progress.needsLook = false;
        } else {
          thread.refusal = tracee.error;
        }
        break;
      }
      case Tracee::State::lingering:
        thread.refusal = tracee.error;
        break;
      case Tracee::State::seized:
        if (end == StopEnd::starved && tries_ == kMostTries && mayGiveUp()) thread.refusal = ETIMEDOUT;
        break;
      case Tracee::State::untouched:
        break;
    }
    stackStart = stackEnds[k];
  }
  out_.pauseNs = std::max(out_.pauseNs, pauseNs);
  if (end == StopEnd::pastDeadline) out_.overPause = true;
  return end;
}

bool Freeze::recopiedSinceProof(uint32_t thread) const {
  for (uint32_t j = plan_.ownedStart[thread]; j < plan_.ownedStart[thread + 1]; j++) {
    if (pageRound_[plan_.ownedPages[j]] > progress_[thread].provenRound) return true;
  }
  return false;
}

// Where nothing is stopped, each thread has an instant of its own: once proven it may run on, as long as nobody copies
// one of its pages anew. Whether it is known.
bool Freeze::checkUnstopped(uint32_t i) {
  Progress& progress = progress_[i];
  if (!progress.ranSinceProof && !threads_.stillSince(plan_.tids[i], out_.threads[i].look)) {
    progress.ranSinceProof = true;
  }
  if (progress.provenRound == 0 && !progress.ranSinceProof) progress.provenRound = out_.rounds;
  const bool known = progress.provenRound != 0 && !(progress.ranSinceProof && recopiedSinceProof(i));
  return known;
}

bool Freeze::check(const Indices& runners) {
  bool settled = true;
  for (uint32_t i = 0; i < progress_.size(); i++) {
    Progress& progress = progress_[i];
    if (!progress.copied) continue;
    const bool known = plan_.mode == FreezeMode::noStop
                           ? checkUnstopped(i)
                           : threads_.stillSince(plan_.tids[i], out_.threads[i].look);
    out_.threads[i].evidence = known ? Evidence::still : Evidence::none;
    if (known) continue;
    progress.copied = false;
    progress.needsLook = true;
    progress.hasMoved = true;
    settled = false;
  }
  for (const uint32_t i : runners) {
    const Evidence evidence = out_.threads[i].evidence;
    if (evidence != Evidence::none) continue;
    // Not to be stopped: another round is worth its while if it has blocked meanwhile, or may soon.
    if (threads_.method() == LookMethod::none) continue;
    if (plan_.mode == FreezeMode::noStop || threads_.look(plan_.tids[i]).state == ThreadState::blocked) settled = false;
  }
  return settled;
}

FreezeOutcome Freeze::run() {
  copyWithoutOwner();
  for (;;) {
    out_.rounds++;
    // A try that starved is none of the rounds that were asked for.
    const bool lastRound = out_.rounds >= plan_.maxRounds + starvedRounds_;
    const Indices others = lookAndCopy(lastRound);
    Indices runners;
    Indices unstoppable;
    for (const uint32_t i : others) {
      const bool stoppable = plan_.mode != FreezeMode::noStop && out_.threads[i].refusal == 0;
      (stoppable ? runners : unstoppable).push_back(i);
    }
    if (lastRound || plan_.mode != FreezeMode::noStop) copyOwned(unstoppable);
    bool starved = false;
    if (runners.empty()) {
      copyPages(plan_.sharedPages);
    } else {
      starved = stopAndCopy(runners, lastRound) == StopEnd::starved;
    }
    const bool settled = check(others);
    if (starved) {
      starvedRounds_++;
      pauseFor(std::min(patienceNs_, kMostBetweenTriesNs));
      if (tries_ < kMostTries || !mayGiveUp()) {
        tries_++;
        patienceNs_ *= 2;
      }
      continue;
    }
    if (settled || lastRound || out_.overPause) break;
    // What runs now may wait soon.
    if (plan_.mode == FreezeMode::noStop) pauseFor(std::min<int64_t>(50'000 * int64_t{out_.rounds}, 1'000'000));
  }
  out_.simultaneous = !out_.overPause;
  for (size_t i = 0; i < progress_.size(); i++) {
    if (out_.threads[i].evidence == Evidence::none || progress_[i].ranSinceProof) out_.simultaneous = false;
  }
  return std::move(out_);
}

}  // namespace

FreezeOutcome freeze(const FreezePlan& plan, ProcessMemory& memory, ThreadLook& threads) {
  return Freeze(plan, memory, threads).run();
}

}  // namespace pystack
