#include "code_map.h"

#include <algorithm>

namespace pystack::unwind {

CodeMap::CodeMap(std::vector<ModuleSource> modules, std::vector<AddressRange> executable, DebugFiles& debugFiles)
    : executable_(std::move(executable)) {
  for (ModuleSource& source : modules) {
    modules_.push_back(std::make_unique<Module>(std::move(source), debugFiles));
    Module* module = modules_.back().get();
    for (const Segment& segment : module->source().segments) placed_.push_back({segment.start, segment.end, module});
  }
  std::sort(placed_.begin(), placed_.end(), [](const Placed& a, const Placed& b) { return a.start < b.start; });
  std::sort(executable_.begin(), executable_.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.start < b.start; });
}

Module* CodeMap::moduleAt(Addr address) const {
  const auto after = std::upper_bound(placed_.begin(), placed_.end(), address,
                                      [](Addr at, const Placed& placed) { return at < placed.start; });
  if (after == placed_.begin() || address >= (after - 1)->end) return nullptr;
  return (after - 1)->module;
}

bool CodeMap::isExecutable(Addr address) const {
  const auto after = std::upper_bound(executable_.begin(), executable_.end(), address,
                                      [](Addr at, const AddressRange& range) { return at < range.start; });
  return after != executable_.begin() && address < (after - 1)->end;
}

const FrameRules* CodeMap::rulesAt(Addr address) const {
  Module* module = moduleAt(address);
  return module != nullptr ? module->rulesAt(address) : nullptr;
}

}  // namespace pystack::unwind
