export interface System {
  readonly name: string;
  readonly kernel: string;
  readonly arch: string;
  readonly suite: string;
  readonly python: string;
  readonly qemu: string;
}
export const RELEASES: readonly { readonly kernel: string; readonly suite: string; readonly python: string }[];
export function systemNamed(word: string): System;
