// Does a call to this very function return there? By the instructions: the call before the return address, and where it
// leads.
//
// Why it is worth asking: where a register that tells the frame's place is not known, each word of the stack may be the
// return address. Most are none, and of those that are, all but one are those of other functions' calls.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "code_map.h"
#include "memory_copy.h"

namespace pystack::unwind {

enum class Called {
  // A call that names the function: itself, through the procedure linkage table, or what jumps to it at its own end.
  surely,
  // A call through a pointer, or of code of which it is not known where it goes on.
  perhaps,
  // No call, or one of another function.
  no,
};

class CallEvidence {
 public:
  CallEvidence(const Machine& machine, const CodeMap& code) : machine_(machine), code_(code) {}

  // Where the function begins that the code at `address` is a part of; nullopt: not known.
  std::optional<Addr> functionAt(Addr address);
  // Looks through the function's whole file for what else may lead to it. If nothing does, what follows a call through a
  // pointer is not its return address. Some milliseconds for each function.
  void lookForUses(Addr function);
  // `function`: as of `functionAt`.
  Called wasCalled(std::optional<Addr> function, Addr returnAddress, const MemoryCopy& memory);

 private:
  bool isOnlyCalled(Addr function) const;
  Called decide(std::optional<Addr> function, Addr returnAddress, const MemoryCopy& memory);
  Called leadsTo(Addr target, std::optional<Addr> function, const MemoryCopy& memory, unsigned depth);
  Called isImportOf(Addr slot, Addr importer, Addr function) const;

  const Machine& machine_;
  const CodeMap& code_;
  std::map<std::pair<Addr, Addr>, Called> known_;
  std::map<Addr, std::optional<Addr>> functions_;
  // By function: whether only calls that name it lead to it.
  std::map<Addr, bool> onlyCalled_;
};

}  // namespace pystack::unwind
