/** Which process does a number mean that a program inside a pid namespace says? */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The innermost id of a process or thread; null when it is gone. */
function innermostId(folder: string): number | null {
  const status = existsSync(`${folder}/status`) ? readFileSync(`${folder}/status`, 'latin1') : '';
  const ids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/);
  return ids === undefined ? null : Number(ids.at(-1));
}

/** The process at or below `root` whose innermost id is `inner`: `root` itself where there is no namespace. */
export function outerPid(root: number, inner: number): number {
  const queue = [root];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    if (innermostId(`/proc/${pid}`) === inner) return pid;
    const children = `/proc/${pid}/task/${pid}/children`;
    if (existsSync(children)) queue.push(...readFileSync(children, 'latin1').split(' ').filter(Boolean).map(Number));
  }
  return inner;
}

/** Innermost ids of the threads of a process. */
export function innerTids(pid: number): Set<number> {
  const folder = `/proc/${pid}/task`;
  const tids = existsSync(folder) ? readdirSync(folder) : [];
  return new Set(tids.flatMap((tid) => innermostId(`${folder}/${tid}`) ?? []));
}
