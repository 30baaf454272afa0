/* What elfutils' configure would find out on Linux with Clang, glibc or musl alike, for libelf and libdw alone. Its
   configure script stumbles over what musl lacks (argp, fts, obstack), which neither library needs. */
#define PACKAGE_NAME "elfutils"
#define PACKAGE_VERSION "0.192"
#define _GNU_SOURCE 1
#define HAVE_ERR_H 1
#define HAVE_STDATOMIC_H 1
#define HAVE_VISIBILITY 1
#define HAVE_FALLTHROUGH 1
#define HAVE_MREMAP 1
#define HAVE_DECL_MEMPCPY 1
#define HAVE_DECL_MEMRCHR 1
#define HAVE_DECL_POWEROF2 1
#define HAVE_DECL_REALLOCARRAY 1
#if defined(__GLIBC__)
#define HAVE_DECL_RAWMEMCHR 1
#else
#define HAVE_DECL_RAWMEMCHR 0
#endif
#define USE_ZLIB 1
#define USE_ZSTD 1
#include <features.h>
#include <eu-config.h>
