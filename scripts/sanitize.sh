#!/bin/bash
# Does the native part keep to its memory? Builds it with the address and undefined-behaviour sanitizers into a folder of
# its own, lets the unwinder read forged files, and the program look at a process and a core with the sanitized addons.
# Usage: scripts/sanitize.sh [SECONDS]: how long files are forged (20).
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-20}
out=build/sanitized
flags=(-std=c++17 -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all)
libraries=(-ldw -lelf -llzma -l:libiberty.a)
. scripts/compiler-cache.sh
mkdir -p "$out/app/build/Release" "$out/app/dist"

prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
headers=(-I "$prefix/include/node" -I "$(node -p "require('node-addon-api').include_dir")")
[ -e "$prefix/include/node/node_api.h" ] || headers+=(-I "$HOME/.cache/node-gyp/$(node -p process.versions.node)/include/node")
defines=(-DNAPI_VERSION=8 -DNAPI_CPP_EXCEPTIONS -DNODE_ADDON_API_DISABLE_DEPRECATED)

# Prints the object files of sources. Folders of sources never share a name.
objects() {
  local source
  for source in "$@"; do echo "$out/$(echo "${source%.cc}" | tr / .).o"; done
}

# Compiles what changed, as many at a time as there are CPUs.
compile() {
  local source object
  for source in "$@"; do
    object=$(objects "$source")
    if [ "$object" -ot "$source" ] || [ -n "$(find native -name '*.h' -newer "$object" -print -quit)" ]; then
      printf '%s\0-o\0%s\0' "$source" "$object"
    fi
  done | xargs -0 -r -n 3 -P "$(nproc)" $compiler_cache g++ "${flags[@]}" -fPIC "${defines[@]}" "${headers[@]}" -c
}

compile native/unwind/*.cc native/*.cc native/unwind/test/forged_modules.cc
unwinder=$(objects native/unwind/[!a]*.cc)
unwind_addon=$(objects native/unwind/addon.cc)
live_addon=$(objects native/*.cc)
forged=$(objects native/unwind/test/forged_modules.cc)
# shellcheck disable=SC2086 # they are lists
{
  g++ "${flags[@]}" $forged $unwinder "${libraries[@]}" -o "$out/forged_modules"
  g++ "${flags[@]}" -shared $unwind_addon $unwinder "${libraries[@]}" -o "$out/app/build/Release/pystack_unwind.node"
  g++ "${flags[@]}" -shared $live_addon -o "$out/app/build/Release/pystack_native.node"
}

export UBSAN_OPTIONS=print_stacktrace=1
# A file may claim any size: to be refused memory is an answer, as it is without the sanitizer.
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0

echo "forged files, $seconds s"
timeout $((seconds + 60)) "$out/forged_modules" "$seconds" "${SEED:-$(date +%s)}" \
  build/Release/pystack_native.node build/Release/pystack_unwind.node 2> "$out/forged.log" ||
  { tail -n 60 "$out/forged.log" >&2; exit 1; }

echo 'a process and a core, with the sanitized addons'
cp -r bin package.json "$out/app/"
cp dist/cli.cjs "$out/app/dist/"
python3 -c 'import threading, time
for _ in range(3): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
end = time.monotonic() + 60
while time.monotonic() < end: pass' &
target=$!
trap 'kill -9 $target' EXIT
sleep 1
looked=0
look() {
  local status=0
  # Node itself is not sanitized, so the runtime has to be there before it.
  LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libubsan.so)" \
    timeout 60 node "$out/app/bin/pystack" "$@" > "$out/look.txt" 2> "$out/look.log" || status=$?
  # 3: shown, but something is missing (a busy thread that is not stopped moves).
  if [ "$status" != 0 ] && [ "$status" != 3 ] || grep -q 'Sanitizer\|runtime error' "$out/look.log"; then
    echo "pystack $*: exit $status" >&2
    tail -n 60 "$out/look.log" >&2
    exit 1
  fi
  grep -q 'Traceback for thread' "$out/look.txt"
  looked=$((looked + 1))
}
look remote "$target"
look remote --native "$target"
look remote --no-block "$target"
look core corefiles/segfault/3.12/core.gz
look core --native corefiles/segfault/3.12/core.gz
echo "$looked looks, nothing found"
