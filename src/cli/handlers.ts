/** What happens when a command was read? One handler a command, for whoever declares it and whoever runs it. */

/** Commander's untyped bag; invocation.ts is the only reader. */
export type Opts = Record<string, unknown>;

/** Runs with what was parsed. Values are what the parsers above made of them; absent options are undefined. */
export interface Handlers {
  remote(pids: string[], opts: Opts, globals: Opts): void;
  snapshot(pid: string, opts: Opts, globals: Opts): void;
  core(files: string[], opts: Opts, globals: Opts): void;
  collect(pids: string[], opts: Opts, globals: Opts): void;
  group(files: string[], opts: Opts, globals: Opts): void;
  fleet(opts: Opts, globals: Opts): void;
  watch(pids: string[], opts: Opts, globals: Opts): void;
  diff(before: string, after: string, opts: Opts, globals: Opts): void;
  doctor(pid: string | undefined, opts: Opts, globals: Opts): void;
  completion(shell: string): void;
  installCompletions(shell: string | undefined): void;
  version(): void;
  licences(): void;
}
