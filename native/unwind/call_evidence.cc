#include "call_evidence.h"

#include "code_parts.h"

namespace pystack::unwind {
namespace {

// Stubs that lead to stubs; linkers make one.
constexpr unsigned kMaxStubs = 3;

Addr relative(Addr after, std::uint64_t displacement) {
  return after + static_cast<Addr>(static_cast<std::int64_t>(static_cast<std::int32_t>(displacement)));
}

}  // namespace

std::optional<Addr> CallEvidence::functionAt(Addr address) {
  const auto [entry, added] = functions_.try_emplace(address);
  if (added) {
    Module* module = code_.moduleAt(address);
    const LoadedBytes code = module != nullptr ? module->functionCode(address) : LoadedBytes{};
    if (code.bytes.data != nullptr) entry->second = code.address;
  }
  return entry->second;
}

Called CallEvidence::wasCalled(std::optional<Addr> function, Addr returnAddress, const MemoryCopy& memory) {
  const auto [entry, added] = known_.try_emplace({function.value_or(0), returnAddress}, Called::no);
  if (added) entry->second = decide(function, returnAddress, memory);
  return entry->second;
}

Called CallEvidence::decide(std::optional<Addr> function, Addr returnAddress, const MemoryCopy& memory) {
  if (machine_.elfMachine != EM_X86_64 || !code_.isExecutable(returnAddress) || returnAddress < 8) return Called::no;
  // Code that was made at run time is not copied.
  if (!memory.read(returnAddress - 8)) return code_.moduleAt(returnAddress) == nullptr ? Called::perhaps : Called::no;
  const bool isIndirect = followsIndirectCall(memory, returnAddress) && !(function && isOnlyCalled(*function));
  if (memory.read(returnAddress - 5, 1) != 0xe8) return isIndirect ? Called::perhaps : Called::no;
  const Addr target = relative(returnAddress, memory.read(returnAddress - 4, 4).value_or(0));
  const Called direct = leadsTo(target, function, memory, 0);
  return direct == Called::no && isIndirect ? Called::perhaps : direct;
}

void CallEvidence::lookForUses(Addr function) {
  const auto [entry, added] = onlyCalled_.try_emplace(function);
  if (!added) return;
  Module* module = code_.moduleAt(function);
  entry->second = module != nullptr && module->isOnlyCalled(function);
  known_.erase(known_.lower_bound({function, 0}), known_.lower_bound({function + 1, 0}));
}

bool CallEvidence::isOnlyCalled(Addr function) const {
  const auto found = onlyCalled_.find(function);
  return found != onlyCalled_.end() && found->second;
}

// Whether who calls `target` may come to be in `function`.
Called CallEvidence::leadsTo(Addr target, std::optional<Addr> function, const MemoryCopy& memory, unsigned depth) {
  if (!code_.isExecutable(target)) return Called::no;
  Module* module = code_.moduleAt(target);
  if (!function || module == nullptr || depth > kMaxStubs) return Called::perhaps;
  if (target == *function || functionAt(target) == function) return Called::surely;
  if (isOnlyCalled(*function)) return Called::no;

  // endbr64 and bnd may stand before the jump of a stub.
  Addr at = target;
  if (memory.read(at, 4) == 0xfa1e'0ff3) at += 4;
  if (memory.read(at, 1) == 0xf2) at++;
  if (memory.read(at, 2) == 0x25ff) return isImportOf(relative(at + 6, memory.read(at + 2, 4).value_or(0)), target, *function);
  if (memory.read(at, 1) == 0xe9) return leadsTo(relative(at + 5, memory.read(at + 1, 4).value_or(0)), function, memory, depth + 1);

  const LoadedBytes code = module->functionCode(target);
  if (code.bytes.data == nullptr || code.address != target) return Called::perhaps;
  // Its last call may be a jump.
  if (findJumpInto(machine_, code.bytes, code.address, *function, *function + 1)) return Called::surely;
  return mayJumpOut(code.bytes, code.address) ? Called::perhaps : Called::no;
}

// The word at `slot` of the importer is filled by the dynamic linker, with the address of a function of a certain name.
Called CallEvidence::isImportOf(Addr slot, Addr importer, Addr function) const {
  const std::string name = code_.moduleAt(importer)->importAt(slot);
  Module* module = code_.moduleAt(function);
  if (!name.empty() && module != nullptr && module->isExportedAs(function, name)) return Called::surely;
  return Called::perhaps;
}

}  // namespace pystack::unwind
