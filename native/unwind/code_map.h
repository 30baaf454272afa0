// Which module is the code at an address of, and is there code at all?
#pragma once

#include <memory>
#include <vector>

#include "frame_rules.h"
#include "machine.h"
#include "module.h"

namespace pystack::unwind {

struct AddressRange {
  Addr start;
  Addr end;
};

class CodeMap {
 public:
  // `executable`: all code, that of no file as well.
  CodeMap(std::vector<ModuleSource> modules, std::vector<AddressRange> executable, DebugFiles& debugFiles);

  // nullptr: none.
  Module* moduleAt(Addr address) const;
  bool isExecutable(Addr address) const;
  // How to get from the code at `address` to its caller; nullptr: no module says.
  const FrameRules* rulesAt(Addr address) const;
  const std::vector<std::unique_ptr<Module>>& modules() const { return modules_; }

 private:
  struct Placed {
    Addr start;
    Addr end;
    Module* module;
  };

  std::vector<std::unique_ptr<Module>> modules_;
  // The segments of all modules by address.
  std::vector<Placed> placed_;
  std::vector<AddressRange> executable_;
};

}  // namespace pystack::unwind
