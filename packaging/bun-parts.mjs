// What is Bun made of? As the LICENSE.md of the version in pins.json lists it: name, licence, where its source is. What the
// texts in licences/ called bun.<name>-… say holds for it; those under Apache-2.0 share bun-Apache-2.0.txt.

/** https://github.com/oven-sh/bun/blob/bun-v1.4.5/LICENSE.md */
export const PARTS_OF_BUN = [
  ['JavaScriptCore', 'LGPL-2.0-or-later', 'https://github.com/oven-sh/WebKit'],
  [
    'boringssl',
    'Apache-2.0 AND OpenSSL AND ISC AND BSD-3-Clause AND MIT',
    'https://boringssl.googlesource.com/boringssl',
  ],
  ['brotli', 'MIT', 'https://github.com/google/brotli'],
  ['libarchive', 'BSD-2-Clause', 'https://github.com/libarchive/libarchive'],
  ['lol-html', 'BSD-3-Clause', 'https://github.com/cloudflare/lol-html'],
  ['lsquic', 'MIT AND BSD-3-Clause', 'https://github.com/litespeedtech (ls-hpack, ls-qpack, lsquic)'],
  ['mimalloc', 'MIT', 'https://github.com/microsoft/mimalloc'],
  ['picohttpparser', 'MIT', 'https://github.com/h2o/picohttpparser'],
  ['zstd', 'BSD-3-Clause', 'https://github.com/facebook/zstd'],
  ['simdutf', 'Apache-2.0', 'https://github.com/simdutf/simdutf'],
  ['tinycc', 'LGPL-2.1-only', 'https://github.com/oven-sh/tinycc'],
  ['uSockets', 'Apache-2.0', 'https://github.com/uNetworking/uSockets'],
  ['uWebSockets', 'Apache-2.0', 'https://github.com/jarred-sumner/uwebsockets'],
  ['zlib-ng', 'Zlib', 'https://github.com/zlib-ng/zlib-ng'],
  ['c-ares', 'MIT', 'https://github.com/c-ares/c-ares'],
  ['icu', 'Unicode-3.0', 'https://github.com/unicode-org/icu'],
  ['libbase64', 'BSD-2-Clause', 'https://github.com/aklomp/base64'],
  ['libdeflate', 'MIT', 'https://github.com/ebiggers/libdeflate'],
  ['libjpeg-turbo', 'BSD-3-Clause AND IJG AND Zlib', 'https://github.com/libjpeg-turbo/libjpeg-turbo'],
  ['libspng', 'BSD-2-Clause', 'https://github.com/randy408/libspng'],
  ['libwebp', 'BSD-3-Clause', 'https://github.com/webmproject/libwebp'],
  ['highway', 'Apache-2.0', 'https://github.com/google/highway'],
  ['uucode', 'MIT', 'https://github.com/jacobsandlund/uucode'],
  ['tigerbeetle-io', 'Apache-2.0', 'https://github.com/tigerbeetle/tigerbeetle'],
  ['llvm-cxa-thread-atexit', 'Apache-2.0 WITH LLVM-exception', 'https://github.com/llvm/llvm-project'],
  ['polyfills', 'MIT', 'https://github.com/oven-sh/bun (acorn, assert, buffer, events, util and others, from npm)'],
];
