// What is compared? Our own command, and the peers that are installed: on PATH, or in the folders that PYSTACK_PEERS
// names (colon-separated). Which were not found is told.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const OURS = fileURLToPath(new URL('../bin/pystack', import.meta.url));
/** The Python that the targets run on. */
export const PYTHON = process.env.PYTHON ?? 'python3';

/** What a tool is asked for beside the Python frames; those that have it call it so, or show it always. */
const NOTHING = '';
const NATIVE = '--native';
const LOCALS = '--locals';
const ALL = [NOTHING, NATIVE, LOCALS];

const GDB = ['-nx', '-batch', '-ex', 'thread apply all bt'];

/**
 * Tools for processes: `args` of what is asked for and the pid, `shows` what can be asked for, `hindrance` why the program
 * that was found will not do (null: it will).
 */
const LIVE = [
  { name: 'ours', program: OURS, shows: ALL, args: (asked, pid) => ['remote', ...asked, pid] },
  { name: 'ours --no-block', program: OURS, shows: ALL, args: (asked, pid) => ['remote', '--no-block', ...asked, pid] },
  { name: 'pystack (Python)', program: 'pystack', shows: ALL, args: (asked, pid) => ['remote', ...asked, pid] },
  { name: 'py-spy dump', program: 'py-spy', shows: ALL, args: (asked, pid) => ['dump', ...asked, '--pid', pid] },
  {
    name: 'profiling.sampling dump',
    program: PYTHON,
    shows: [NOTHING],
    args: (_asked, pid) => ['-m', 'profiling.sampling', 'dump', pid],
    // It looks at processes of its own version only.
    hindrance: (python) =>
      spawnSync(python, ['-c', 'import profiling.sampling']).status === 0 ? null : `${python} has none`,
  },
  { name: 'gdb bt', program: 'gdb', shows: [NOTHING, NATIVE], args: (_asked, pid) => [...GDB, '-p', pid] },
  { name: 'eu-stack', program: 'eu-stack', shows: [NATIVE], args: (_asked, pid) => ['-n', '0', '-p', pid] },
];

/** Tools for cores: `args` of what is asked for, the core and its executable; `needs`: what it has to print to count. */
const CORE = [
  { name: 'ours', program: OURS, shows: ALL, args: (asked, core) => ['core', ...asked, core] },
  {
    name: 'ours, executable given',
    program: OURS,
    shows: ALL,
    args: (asked, core, executable) => ['core', ...asked, core, executable],
  },
  { name: 'pystack (Python)', program: 'pystack', shows: ALL, args: (asked, core) => ['core', ...asked, core] },
  {
    name: 'pystack (Python), executable given',
    program: 'pystack',
    shows: ALL,
    args: (asked, core, executable) => ['core', ...asked, core, executable],
  },
  {
    name: 'gdb bt',
    program: 'gdb',
    shows: [NOTHING, NATIVE],
    args: (_asked, core, executable) => [...GDB, executable, core],
  },
  {
    name: 'gdb py-bt',
    program: 'gdb',
    shows: [NOTHING],
    needs: /File "/,
    args: (_asked, core, executable) => [
      ...['-batch', '-ex', 'set auto-load safe-path /', '-ex', 'thread apply all py-bt'],
      ...[executable, core],
    ],
  },
  {
    name: 'eu-stack',
    program: 'eu-stack',
    shows: [NATIVE],
    args: (_asked, core, executable) => ['-n', '0', '-e', executable, '--core', core],
  },
];

/** Tools for processes as { tools: [{ name, command: (pid) => argv }], missing: [name] }, ours first. */
export function findTools(asked = NOTHING) {
  return find(LIVE, asked);
}

/** Tools for cores: command(core, executable). */
export function findCoreTools(asked = NOTHING) {
  return find(CORE, asked);
}

function find(list, asked) {
  const tools = [];
  const missing = [];
  for (const { name, program, shows, args, hindrance, needs } of list) {
    if (!shows.includes(asked)) continue;
    const path = program === PYTHON ? PYTHON : findProgram(program);
    const why = path === null ? '' : (hindrance?.(path) ?? null);
    if (why !== null) {
      missing.push(why ? `${name} (${why})` : name);
      continue;
    }
    const argv = program === OURS ? [process.execPath, OURS] : [path];
    const options = asked === NOTHING ? [] : [asked];
    const command = (...target) => [...argv, ...args(options, ...target.map(String))];
    // Some need not be asked.
    const title = command().includes(asked) ? `${name} ${asked}` : name;
    tools.push({ name: title, needs, command });
  }
  return { tools, missing };
}

/** The path of a program, in the folders of PYSTACK_PEERS first; null: it is not there. */
export function findProgram(name, environment = process.env) {
  if (name.includes('/')) return name;
  const folders = [environment.PYSTACK_PEERS, environment.PATH]
    .flatMap((list) => (list ?? '').split(':'))
    .filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isPeer) ?? null;
}

/** Whether it can be run and is not this very program under its installed name. */
function isPeer(path) {
  try {
    accessSync(path, constants.X_OK);
    return realpathSync(path) !== realpathSync(OURS);
  } catch {
    return false;
  }
}
