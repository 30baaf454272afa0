# Sourced before something is compiled: where there is a ccache, what was compiled of the same text by the same compiler is
# taken from the machine's cache folder (packaging/cache-folder.mjs), in whichever checkout. `compiler_cache` is then its name,
# to be put before the compiler's; else it is empty.
compiler_cache=
if command -v ccache > /dev/null; then
  compiler_cache=ccache
  export CCACHE_DIR="${PYSTACK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pystack}/ccache"
  # Names in a checkout count from its root, so that another checkout has the same.
  export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
  # A fresh clone's files are all new; it is their text that counts.
  export CCACHE_SLOPPINESS=include_file_mtime,include_file_ctime
fi
