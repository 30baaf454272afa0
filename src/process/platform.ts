/** Is this a machine on which anything can be looked at? Asked before anything else is tried, which would fail obscurely. */
import { PystackError } from '../errors.js';
import { architectureOfNode } from './arch.js';

/** As far as this question needs `process`. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
}

/** Throws PystackError `unsupported-platform` unless this is Linux on a processor that is supported. */
export function requireSupportedMachine({ platform, arch }: Host = process): void {
  if (platform !== 'linux') {
    const name = NAMES[platform] ?? platform;
    throw new PystackError('unsupported-platform', `pystack looks at Linux processes; this is ${name}`, {
      cause: 'What it learns of a process comes from the Linux kernel; core files are looked at on Linux as well.',
      nextStep:
        'run it where the process runs: in the container or virtual machine, on the server (docs/install.md), or look ' +
        'at its core file on any Linux',
    });
  }
  if (architectureOfNode(arch) === null) {
    throw new PystackError('unsupported-platform', `pystack knows x64 and arm64 processors; this is ${arch}`, {
      cause: 'Registers and memory layouts of other processors are not known to it.',
      nextStep: 'copy the core file to an x64 or arm64 Linux and look at it there, if the process was one of those',
    });
  }
}

/** What people call them. https://nodejs.org/api/process.html#processplatform */
const NAMES: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows', freebsd: 'FreeBSD' };
