/**
 * Which file holds the compiled part on this machine? In a checkout it was built here; a package brings one for each
 * machine it is for; the single executable has it within itself and hands it over as an open file.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PystackError } from '../errors.js';

export type AddonName = 'pystack_native' | 'pystack_unwind';

/** Put in by scripts/build.mjs; absent where the sources run as they are. */
declare const PYSTACK_SINGLE_EXECUTABLE: boolean | undefined;

/** Loads an addon. Throws PystackError `addon-missing` with what to do when there is none, or none that loads. */
export function loadAddon(name: AddonName): unknown {
  const file = addonFile(name);
  try {
    // As `require` does it, without what it needs to be made (1 ms).
    const loaded: { exports: unknown } = { exports: {} };
    process.dlopen(loaded, file);
    return loaded.exports;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const lacksLibdw = /libdw|libelf/.test(detail);
    throw new PystackError('addon-missing', `the native addon ${file} cannot be loaded`, {
      cause: lacksLibdw ? `${detail}. It needs libdw (elfutils); all else works without.` : detail,
      nextStep: lacksLibdw
        ? 'install it (Debian: apt install libdw1; Fedora: dnf install elfutils-libs), or leave out --native'
        : file.includes('/build/Release/')
          ? 'build it again on this machine: npm run build'
          : `${targetName()} is what this program runs as; if the file is whole, please report this`,
      underlying: error,
    });
  }
}

/** Packages come for these machines. */
const PREBUILT = 'linux x64 and arm64, with glibc 2.28 or newer or with musl';

function addonFile(name: AddonName): string {
  if (typeof PYSTACK_SINGLE_EXECUTABLE !== 'undefined' && PYSTACK_SINGLE_EXECUTABLE) return handedOver(name);
  // What was built here goes first: somebody had a reason to. From dist/ and from src/process/ (tests).
  const built = `build/Release/${name}.node`;
  const prebuilt = `prebuilds/${targetName()}/${name}.node`;
  // Before 20.11, and where somebody bundles the sources, it is not told; and to make it of the URL takes a millisecond.
  const here = import.meta.dirname ?? dirname(fileURLToPath(import.meta.url));
  const candidates = [built, prebuilt].flatMap((path) => [join(here, '..', path), join(here, '../..', path)]);
  const found = candidates.find((path) => existsSync(path));
  if (found) return found;
  const isCheckout = ['../binding.gyp', '../../binding.gyp'].some((path) => existsSync(join(here, path)));
  const unwind = name === 'pystack_unwind';
  throw new PystackError(
    'addon-missing',
    isCheckout
      ? `the ${unwind ? 'addon for native stacks' : 'native addon'} is not built`
      : `this package has no native addon for ${targetName()}`,
    isCheckout
      ? {
          cause: `none of ${candidates.join(', ')} exists`,
          nextStep: unwind
            ? 'install libdw-dev (Fedora: elfutils-devel), then npm run build; or leave out --native'
            : 'run: npm run build',
        }
      : {
          cause: `it is for ${PREBUILT}`,
          nextStep:
            'build it from a checkout on such a machine (npm ci && npm run build), or look at a core file elsewhere',
        },
  );
}

/** The executable's launcher leaves each addon in a file that exists in memory alone, open until it is loaded. */
function handedOver(name: AddonName): string {
  const folder = '/proc/self/fd';
  for (const number of readdirSync(folder)) {
    try {
      if (readlinkSync(`${folder}/${number}`).startsWith(`/memfd:${name}`)) return `${folder}/${number}`;
    } catch {
      // Closed since it was listed: the one for listing.
    }
  }
  throw new PystackError('addon-missing', 'the executable did not hand over its native addon', {
    cause: `no open file in memory is called ${name}; the kernel may forbid them (sysctl vm.memfd_noexec=2)`,
    nextStep: 'allow them, or use another package (npm, pip)',
  });
}

/** What the machine and the C library of this Node.js are called: `linux-x64-glibc`, `linux-arm64-musl`, … */
export function targetName(): string {
  return `${process.platform}-${process.arch}-${libcName()}`;
}

function libcName(): 'glibc' | 'musl' {
  // Node.js says this itself only in a report that takes 10 ms to write.
  try {
    return libcOf(readFileSync('/proc/self/maps', 'latin1'));
  } catch {
    // No /proc: nothing of ours works without, and says so.
    return 'glibc';
  }
}

/**
 * The C library among a process' mapped files (`/proc/<pid>/maps`). musl is its own loader, one file under several names:
 * Alpine keeps it as ld-musl-*, Debian and Void as libc.so, which glibc's libc.so.6 never is.
 */
export function libcOf(maps: string): 'glibc' | 'musl' {
  return /\/(ld-musl-[^/\n]*|libc\.musl-[^/\n]*|libc\.so)$/m.test(maps) ? 'musl' : 'glibc';
}
