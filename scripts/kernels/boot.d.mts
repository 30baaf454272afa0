import type { SystemParts } from './debian.d.mts';
import type { System } from './systems.d.mts';

export interface Task {
  readonly pystack: string;
  readonly plan: readonly object[];
  readonly minutes: number;
  readonly cpu?: string;
  readonly log: (line: string) => void;
}
export function boot(system: System, parts: SystemParts, task: Task): Promise<object>;
export function resultsIn(console: string): object;
