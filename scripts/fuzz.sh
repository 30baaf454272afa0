#!/bin/bash
# Looks for inputs that break it, for as long as it is let: cores with seeded changes through the whole program, files
# and unwind tables by coverage through the native part (with clang's libFuzzer, if there is a clang).
# Usage: scripts/fuzz.sh [SECONDS] [native|cores]: for each (60), and which of them (both); scripts/fuzz.sh keep: what
# the last run came to begins the next ones, from native/unwind/test/corpus.tar.xz. What is found stays in build/fuzz, and
# becomes a case: a seed in test/core/fuzz.test.ts, a file beside the fuzz target.
set -euo pipefail
cd "$(dirname "$0")/.."

out=build/fuzz
corpus=native/unwind/test/corpus.tar.xz
sanitizers='allocator_may_return_null=1:detect_leaks=0'

# Of all inputs, those that reach what no other reaches.
if [ "${1:-}" = keep ]; then
  rm -rf "$out/kept"
  mkdir -p "$out/kept"
  ASAN_OPTIONS=$sanitizers "$out/fuzz_unwinding" -merge=1 -rss_limit_mb=1024 -max_len=20000 "$out/kept" "$out/corpus"
  tar -C "$out/kept" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - . | xz -9e > "$corpus"
  exit
fi

seconds=${1:-60}
what=${2:-both}
mkdir -p "$out/corpus" "$out/finds"

# Something to begin with: what earlier runs came to, and sections and all of a small program.
seeds() {
  if command -v xz > /dev/null; then tar -C "$out/corpus" -xJf "$corpus"; fi
  local source='#include <math.h>
int leaf(int n) { char room[n]; room[0] = 1; return room[0] + n; }
int main(int argc, char **argv) { return argv ? leaf(argc) + (int)sqrt(argc) : 0; }'
  cc -x c -g -O1 - -o "$out/small" -lm <<< "$source"
  cc -x c -g -O1 -fno-asynchronous-unwind-tables -c - -o "$out/small.o" <<< "$source"
  local mode section
  for section in 0.eh_frame 2.debug_frame; do
    mode=${section%%.*}
    for file in small small.o; do
      if objcopy -O binary --only-section=".${section#*.}" "$out/$file" "$out/section" 2> /dev/null && [ -s "$out/section" ]; then
        { printf "\\x0$mode"; cat "$out/section"; } > "$out/corpus/$file-$section"
      fi
    done
  done
  strip -g -o "$out/stripped" "$out/small"
  { printf '\x04'; cat "$out/stripped"; } > "$out/corpus/file"
  # DW_OP_breg7 8, DW_OP_deref, DW_OP_lit1, DW_OP_plus; the PLT's expression.
  printf '\x03\x77\x08\x06\x31\x22' > "$out/corpus/expression"
  printf '\x03\x77\x08\x80\x00\x3f\x1a\x3b\x2a\x33\x24\x22' > "$out/corpus/plt"
}

native() {
  local compiler
  compiler=$(command -v clang++ clang++-{20,19,18,17,16,15,14} | head -n 1 || true)
  if [ -z "$compiler" ]; then
    echo 'fuzz: there is no clang++, so the native part was not fuzzed by coverage (apt-get install clang)'
    return
  fi
  seeds
  . scripts/compiler-cache.sh
  local flags=(-std=c++17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all) source
  rm -rf "$out/objects"
  mkdir -p "$out/objects"
  # As many at a time as there are CPUs.
  for source in native/unwind/test/fuzz_unwinding.cc native/unwind/[!a]*.cc; do
    printf '%s\0-o\0%s\0' "$source" "$out/objects/$(basename "$source" .cc).o"
  done | xargs -0 -n 3 -P "$(nproc)" $compiler_cache "$compiler" "${flags[@]}" -c
  "$compiler" "${flags[@]}" "$out"/objects/*.o -ldw -lelf -llzma -l:libiberty.a -o "$out/fuzz_unwinding"
  ASAN_OPTIONS=$sanitizers UBSAN_OPTIONS=print_stacktrace=1 \
    timeout $((seconds + 120)) "$out/fuzz_unwinding" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
    -max_len=20000 -artifact_prefix="$out/finds/" -verbosity=1 "$out/corpus" 2> "$out/native.log" ||
    { tail -n 60 "$out/native.log" >&2; exit 1; }
  grep 'Done\|DONE' "$out/native.log"
}

cores() {
  local end=$((SECONDS + seconds)) seed
  seed=$(date +%s)
  while [ "$SECONDS" -lt "$end" ]; do
    PYSTACK_FUZZ_SEED=$seed PYSTACK_FUZZ_ROUNDS=${ROUNDS:-1000} npx vitest run test/core/fuzz.test.ts ||
      { echo "fuzz: seed $seed" >&2; exit 1; }
    seed=$((seed + 1))
  done
}

if [ "$what" != cores ]; then native; fi
if [ "$what" != native ]; then cores; fi
