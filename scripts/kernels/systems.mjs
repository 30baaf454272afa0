// Which Linux systems are booted to look at Python in them? Debian's, as released: each kernel with the Python and the C
// library of its own release, for x86-64 and for 64-bit ARM.

/** From the oldest on. `suite`: Debian's name of the release; `python`: a version it has. */
export const RELEASES = [
  { kernel: '4.19', suite: 'buster', python: '3.7' },
  { kernel: '5.10', suite: 'bullseye', python: '3.9' },
  { kernel: '6.1', suite: 'bookworm', python: '3.11' },
  { kernel: '6.12', suite: 'trixie', python: '3.13' },
  { kernel: 'newest', suite: 'sid', python: '3.14' },
];

/**
 * What each processor is called by whom, and how it is emulated: x86-64 with all that qemu knows, ARM as one that is common
 * in servers. `boot`: what the kernel needs on its command line besides.
 */
export const MACHINES = {
  x64: {
    debian: 'amd64',
    qemu: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    machine: ['-machine', 'pc', '-cpu', 'max'],
    boot: 'console=ttyS0',
  },
  arm64: {
    debian: 'arm64',
    qemu: 'qemu-system-aarch64',
    package: 'qemu-system-arm',
    machine: ['-machine', 'virt', '-cpu', 'neoverse-n1'],
    boot: 'console=ttyAMA0',
  },
};

/** What the sock_diag family of sockets consists of: modules, in the order in which they can be loaded. */
export const MODULES = ['unix_diag', 'inet_diag', 'tcp_diag', 'udp_diag'];

/**
 * The system that a word names: `6.1`, or `6.1:arm64`. Throws an Error that lists what there is.
 * @param {string} word
 */
export function systemNamed(word) {
  const [kernel, arch = 'x64'] = word.split(':');
  const release = RELEASES.find((each) => each.kernel === kernel);
  const machine = MACHINES[arch];
  if (release && machine) return { name: `${release.kernel}:${arch}`, arch, ...release, ...machine };
  const kernels = RELEASES.map((each) => each.kernel).join(', ');
  throw new Error(`there is no system ${word}: kernels are ${kernels}; after a colon, x64 or arm64`);
}
