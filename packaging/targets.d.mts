/** See targets.mjs. */
export interface Target {
  readonly name: string;
  readonly arch: 'x64' | 'arm64';
  readonly libc: 'glibc' | 'musl';
  readonly cpu: string;
  readonly elfMachine: number;
  readonly triple: string;
  readonly wheelTag: string;
  readonly mayNeed: readonly string[];
}
export const TARGETS: readonly Target[];
export function targetNamed(name: string): Target;
