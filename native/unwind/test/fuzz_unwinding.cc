// Does the unwinder stand whatever a target or a file may hold? For libFuzzer, which looks for inputs that reach new code:
//
//   clang++ -std=c++17 -g -O1 -fsanitize=fuzzer,address,undefined native/unwind/test/fuzz_unwinding.cc
//     native/unwind/[!a]*.cc -ldw -lelf -llzma -l:libiberty.a -o fuzz_unwinding
//   ./fuzz_unwinding -max_total_time=60 CORPUS
//
// The first byte of an input chooses who is to read the rest: small readers are reached at once that way, and the whole
// of it through an ELF file. scripts/fuzz.sh builds it and gives it something to begin with.
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "../expression.h"
#include "../frame_rules.h"
#include "../frame_table.h"
#include "../unwinder.h"

namespace {

using namespace pystack::unwind;

constexpr Addr kBase = 0x10000;
constexpr Addr kStack = 0x7ffff0000000;

std::vector<std::uint64_t> stackOf(Bytes noise, Addr code, std::size_t codeBytes) {
  std::vector<std::uint64_t> stack(512);
  for (std::size_t i = 0; i < stack.size(); i++) {
    const std::uint8_t byte = noise.size > 0 ? noise.data[i % noise.size] : 0;
    stack[i] = i % 2 ? code + byte * 37 % (codeBytes + 1) : kStack + byte * 8;
  }
  return stack;
}

MemoryRange rangeOf(const std::vector<std::uint64_t>& stack) {
  return {kStack, reinterpret_cast<const std::uint8_t*>(stack.data()), stack.size() * 8};
}

Registers registersAt(Addr pc) {
  Registers registers;
  for (unsigned number = 0; number < kX86_64.registers; number++) registers.set(number, kStack + number * 8);
  registers.set(kX86_64.pc, pc);
  return registers;
}

void rules(FrameTable table, Bytes input) {
  const std::vector<std::uint64_t> stack = stackOf(input, kBase, input.size);
  const MemoryCopy memory({rangeOf(stack)}, nullptr);
  // Addresses in the tables are near the tables, or small numbers.
  for (Addr pc = 0; pc < 0x2000; pc += 0x91) {
    for (const Addr base : {Addr{0}, kBase}) {
      if (const FrameRules* found = table.at(base + pc)) {
        Registers registers = registersAt(base + pc);
        applyRules(*found, kX86_64, memory, 0, base + pc, registers);
      }
    }
  }
}

void expression(Bytes input) {
  const std::vector<std::uint64_t> stack = stackOf(input, kBase, input.size);
  const Registers registers = registersAt(kBase);
  const MemoryCopy memory({rangeOf(stack)}, nullptr);
  const ExpressionContext context{registers, memory, kBase, kBase};
  evaluate(input, context, std::nullopt);
  evaluate(input, context, kStack);
}

void file(Bytes input) {
  ModuleSource source;
  source.path = "/forged.so";
  source.open = [input] { return FileContent{FileDescriptor(), {input.data, input.data + input.size}}; };
  const Addr base = 0x7f0000000000;
  source.segments.push_back({base, base + (1 << 20), 0, true});
  std::vector<ModuleSource> modules;
  modules.push_back(std::move(source));
  // No debug files but what is in the file itself: nothing of this machine is to play a part.
  Unwinder unwinder(std::move(modules), {{base, base + (1 << 20)}}, DebugFileSearch{}, UnwinderOptions{});
  const std::vector<std::uint64_t> stack = stackOf(input, base, input.size);
  for (Addr offset = 0; offset < input.size; offset += input.size / 8 + 1) {
    Registers registers = registersAt(base + offset);
    registers.set(kX86_64.sp, kStack);
    registers.set(kX86_64.fp, kStack + 64);
    const UnwoundStack unwound = unwinder.unwind(registers, {rangeOf(stack)});
    std::size_t named = 0;
    for (const UnwoundFrame& frame : unwound.frames) {
      if (named++ == 8) break;
      const NamedAddress& name = unwinder.name(frame.pc, frame.flags);
      // With a name that is in the file, if there is any.
      unwinder.isPartOf(frame.pc + 64, frame.flags, name.frames.empty() ? "main" : name.frames.back().rawSymbol);
    }
    // As of a thread that was not stopped: what is not known is to be found.
    Registers blocked;
    blocked.set(kX86_64.sp, kStack + offset % 512 * 8);
    blocked.set(kX86_64.pc, base + offset);
    unwinder.unwind(blocked, {rangeOf(stack)});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const Bytes rest{data + 1, size - 1};
  switch (data[0] % 5) {
    case 0:
      rules(FrameTable::ofEhFrame(kX86_64, {}, {kBase, rest, false}), rest);
      break;
    case 1: {
      // With a search table, which is what comes before the byte's worth of quads.
      const std::size_t header = std::min<std::size_t>(rest.data[0] * 8U, rest.size - 1);
      const Bytes table{rest.data + 1, header};
      const Bytes frames{rest.data + 1 + header, rest.size - 1 - header};
      rules(FrameTable::ofEhFrame(kX86_64, {kBase - 0x1000, table, false}, {kBase, frames, false}), rest);
      break;
    }
    case 2:
      rules(FrameTable::ofDebugFrame(kX86_64, rest), rest);
      break;
    case 3:
      expression(rest);
      break;
    case 4:
      file(rest);
      break;
  }
  return 0;
}

#ifdef PYSTACK_REPLAY
// Without libFuzzer: the inputs named on the command line, once each.
#include <fstream>
#include <iterator>
int main(int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    std::ifstream stream(argv[i], std::ios::binary);
    const std::vector<char> input{std::istreambuf_iterator<char>(stream), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  }
}
#endif
