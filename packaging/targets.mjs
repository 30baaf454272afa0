// For which machines is there a package? Each with the names that the compiler and the registries have for it.

/**
 * Every Node.js from 20 on needs at least glibc 2.28, and Debian 10, RHEL 8 and Ubuntu 18.10 brought it: so do we.
 * https://github.com/nodejs/node/blob/v20.x/BUILDING.md#platform-list
 */
export const GLIBC = '2.28';

export const TARGETS = [
  target('x64', 'glibc', { cpu: 'x86_64', loader: 'ld-linux-x86-64.so.2', elfMachine: 62 }),
  target('arm64', 'glibc', { cpu: 'aarch64', loader: 'ld-linux-aarch64.so.1', elfMachine: 183 }),
  target('x64', 'musl', { cpu: 'x86_64', loader: 'ld-musl-x86_64.so.1', elfMachine: 62 }),
  target('arm64', 'musl', { cpu: 'aarch64', loader: 'ld-musl-aarch64.so.1', elfMachine: 183 }),
];

/** The target of that name (linux-x64-glibc …); throws an Error that names those there are. */
export function targetNamed(name) {
  const found = TARGETS.find((each) => each.name === name);
  if (!found) throw new Error(`no target ${name}; there are ${TARGETS.map((each) => each.name).join(', ')}`);
  return found;
}

function target(arch, libc, { cpu, loader, elfMachine }) {
  return {
    name: `linux-${arch}-${libc}`,
    arch,
    libc,
    cpu,
    elfMachine,
    /** What `zig c++ -target` calls it. */
    triple: libc === 'glibc' ? `${cpu}-linux-gnu.${GLIBC}` : `${cpu}-linux-musl`,
    /** What wheels call it; PEP 600 and PEP 656. */
    wheelTag: libc === 'glibc' ? `manylinux_${GLIBC.replace('.', '_')}_${cpu}` : `musllinux_1_2_${cpu}`,
    /**
     * The libraries an addon may need: the C library's own, which glibc before 2.34 kept in several files
     * (docs/decisions/020-self-contained-addons.md).
     */
    mayNeed:
      libc === 'glibc'
        ? ['libc.so.6', 'libpthread.so.0', 'libdl.so.2', 'libm.so.6', loader]
        : ['libc.so', `libc.musl-${cpu}.so.1`],
  };
}
