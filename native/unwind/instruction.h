// How long is an x86-64 instruction, and what are its parts? As much of the encoding as it takes to get from one
// instruction to the next: Intel's manual, volume 2, chapter 2 and appendix A.
#pragma once

#include <cstdint>
#include <optional>

#include "byte_reader.h"

namespace pystack::unwind {

struct Instruction {
  enum class Map : std::uint8_t { one, twoByte, other };
  std::size_t size = 0;
  Map map = Map::one;
  // The last byte of the operation.
  std::uint8_t operation = 0;
  bool hasModRm = false;
  std::uint8_t modRm = 0;
  // Where there is a ModRM byte: what it names as the base, without displacement.
  std::uint8_t sib = 0;
  std::int64_t displacement = 0;
  // Of what is added, compared, pushed or jumped over.
  std::int64_t immediate = 0;
  std::uint8_t rex = 0;
  // VEX or EVEX: it has vectors or masks as operands, or general registers other than rsp and rbp by any compiler.
  bool isVector = false;

  unsigned mode() const { return modRm >> 6; }
  // The register operands, extended by REX.
  unsigned reg() const { return (modRm >> 3 & 7U) | (rex & 4U) << 1; }
  unsigned rm() const { return (modRm & 7U) | (rex & 1U) << 3; }
  // The same three bits where they are a part of the operation.
  unsigned extension() const { return modRm >> 3 & 7U; }
};

// nullopt: cut off, or nothing that a compiler writes.
std::optional<Instruction> decodeInstruction(Bytes code, std::size_t offset);

}  // namespace pystack::unwind
