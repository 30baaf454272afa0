// Which programs and headers of the system does building and testing need, and are they here? The one list of them.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Each with the Debian package that brings it, and how to see that it is there. */
const NEEDED = [
  { package: 'g++', programs: ['g++'] },
  { package: 'make', programs: ['make'] },
  // node-gyp is a Python program, and the suite looks at Python processes.
  { package: 'python3', programs: ['python3'] },
  { package: 'libdw-dev', headers: ['elfutils/libdw.h', 'elfutils/libdwfl.h'] },
  { package: 'libelf-dev', headers: ['gelf.h'] },
  { package: 'liblzma-dev', headers: ['lzma.h'] },
  { package: 'libiberty-dev', headers: ['libiberty/demangle.h'] },
];

/** Without these it is only slower. */
const HELPFUL = [
  // What was compiled of the same text is not compiled again.
  { package: 'ccache', programs: ['ccache'] },
];

const INCLUDE_FOLDERS = ['/usr/include', '/usr/local/include'];

/** Names of the packages of which something is missing. */
export function missingPackages(environment = process.env) {
  return missingOf(NEEDED, environment);
}

/** The same of those that are not needed. */
export function missingHelpers(environment = process.env) {
  return missingOf(HELPFUL, environment);
}

function missingOf(list, environment) {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  const hasProgram = (name) => folders.some((folder) => existsSync(join(folder, name)));
  const hasHeader = (name) => INCLUDE_FOLDERS.some((folder) => existsSync(join(folder, name)));
  return list
    .filter(({ programs = [], headers = [] }) => !programs.every(hasProgram) || !headers.every(hasHeader))
    .map((needed) => needed.package);
}
