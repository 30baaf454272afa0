// What is compared? Our own command, and the peers that are installed: on PATH, or in the folders that PYSTACK_PEERS
// names (colon-separated). Which were not found is told.
import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const OURS = fileURLToPath(new URL('../bin/pystack', import.meta.url));

const PEERS = [
  { name: 'pystack (Python)', program: 'pystack', args: (pid) => ['remote', `${pid}`] },
  { name: 'py-spy dump', program: 'py-spy', args: (pid) => ['dump', '--pid', `${pid}`] },
];
/** The same tools, asked for more: `--native` or `--locals`, which all of them call so. */
export function withOption(tools, option) {
  return tools.map(({ name, command }) => ({ name: `${name} ${option}`, command: (pid) => [...command(pid), option] }));
}

/** Tools as { name, command: (pid) => argv }, ours first, and the names of those that are not installed. */
export function findTools(environment = process.env) {
  const folders = [environment.PYSTACK_PEERS, environment.PATH]
    .flatMap((list) => (list ?? '').split(':'))
    .filter(Boolean);
  const tools = [
    { name: 'ours', command: (pid) => [process.execPath, OURS, 'remote', `${pid}`] },
    { name: 'ours --no-block', command: (pid) => [process.execPath, OURS, 'remote', '--no-block', `${pid}`] },
  ];
  const missing = [];
  for (const { name, program, args } of PEERS) {
    const path = folders.map((folder) => join(folder, program)).find(isPeer);
    if (path) tools.push({ name, command: (pid) => [path, ...args(pid)] });
    else missing.push(name);
  }
  return { tools, missing };
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
