import type { System } from './systems.d.mts';

export interface SystemParts {
  readonly kernel: string;
  readonly modules: readonly string[];
  readonly root: string;
  readonly facts: { readonly kernel: string; readonly python: string };
}
export const FOLDER: string;
export function isHere(system: System): boolean;
export function debianSystem(system: System, log: (line: string) => void): SystemParts;
