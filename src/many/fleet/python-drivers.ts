/**
 * How do Ray and Dask carry it? By a few lines of Python, run by the interpreter that has them: they start collect on each
 * host through the engine's own client, and have the answers merged there, in a tree of the engine's tasks.
 */
import type { FleetRequest, Plan, Sorted, Sorter } from './model.js';

/** Throws nothing: whether there is such a cluster the client says. */
export function rayPlan(request: FleetRequest): Plan {
  return planBy(RAY, request);
}

export function daskPlan(request: FleetRequest): Plan {
  return planBy(DASK, request);
}

function planBy(driver: string, request: FleetRequest): Plan {
  const { where, pystack, collect, send, timeoutS, client, clientOptions } = request;
  const told = JSON.stringify({ address: where, words: [pystack, 'collect', ...collect], send, timeout: timeoutS });
  return {
    before: [],
    calls: [
      {
        program: client ?? 'python3',
        args: [...clientOptions, '-c', `${COMMON}${driver}`, told],
        stdin: null,
        hosts: null,
        sorter: hostLines,
      },
    ],
  };
}

const HOST = '{"pystackHost":';

/** What the drivers say of each host, between the merged answers. */
function hostLines(): Sorter {
  return { push: (line) => [line.startsWith(HOST) ? toldOf(line) : { line, host: null, merged: true }] };
}

function toldOf(line: string): Sorted {
  try {
    const { pystackHost, problem } = JSON.parse(line);
    if (typeof pystackHost === 'string' && problem === null) return { line: '', host: pystackHost, answered: true };
    if (typeof pystackHost === 'string') return { line: '', host: pystackHost, problem: String(problem).slice(0, 500) };
  } catch {
    // Not of a driver of ours: one more line of somebody else.
  }
  return { line, host: null };
}

/** No word of the command line stands in these: all is told in one argument, as JSON. */
const COMMON = String.raw`
import json, os, subprocess, sys, tempfile, time

asked = json.loads(sys.argv[1])
FAN_IN = 16


def file_to_send():
    if asked['send'] is None:
        return None
    with open(asked['send'], 'rb') as file:
        return file.read()


def run(words, text, limit, file, marked):
    """What it prints; and why that is no answer, or None."""
    path = None
    try:
        if file is not None:
            fd, path = tempfile.mkstemp(prefix='pystack.')
            with os.fdopen(fd, 'wb') as copy:
                copy.write(file)
            os.chmod(path, 0o700)
            words = [path] + words[1:]
        environment = dict(os.environ, PYSTACK_CARRIER='1') if marked else None
        done = subprocess.run(words, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit,
                              env=environment)
        if b'{"pystackCollect":' in done.stdout:
            return done.stdout, None
        said = done.stderr.decode('utf-8', 'replace').strip()
        return b'', said[-400:] or 'it ended with %d' % done.returncode
    except subprocess.TimeoutExpired:
        return b'', 'late'
    except OSError as error:
        return b'', str(error)
    finally:
        if path is not None:
            os.unlink(path)


def merge_words():
    return [asked['words'][0], 'group', '-o', '-', '-']


def tell(host, problem):
    print(json.dumps({'pystackHost': host, 'problem': problem}, separators=(',', ':')), flush=True)


def tell_lines(parts):
    for part in parts:
        sys.stdout.write(part.decode('utf-8', 'replace') + '\n')
    sys.stdout.flush()


class Tree:
    """Merges FAN_IN at a time, and what comes of it in the same way."""

    def __init__(self, merge):
        self.merge, self.levels = merge, []

    def add(self, part, level=0):
        if level == len(self.levels):
            self.levels.append([])
        self.levels[level].append(part)
        if len(self.levels[level]) == FAN_IN:
            parts, self.levels[level] = self.levels[level], []
            self.add(self.merge(parts), level + 1)

    def root(self):
        parts = [part for level in self.levels for part in level]
        while len(parts) > FAN_IN:
            parts = [self.merge(parts[:FAN_IN])] + parts[FAN_IN:]
        return self.merge(parts) if parts else None
`;

/** Tasks that ask for no processor, so that they run where all are taken by what hangs. */
const RAY = String.raw`
import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

ray.init(address=asked['address'] or 'auto', log_to_driver=False, logging_level='ERROR')


@ray.remote(num_cpus=0, num_returns=2, max_retries=0)
def pystack_look(words, limit, file):
    return run(words, None, limit, file, True)


@ray.remote(num_cpus=0, max_retries=0)
def pystack_merge(words, limit, file, *parts):
    merged, problem = run(words, b'\n'.join(parts), limit, file, True)
    return merged if problem is None else b'\n'.join(parts)


limit = asked['timeout']
file = ray.put(file_to_send())
end = time.monotonic() + limit + 10
names = {}
waiting = {}
for node in ray.nodes():
    if not node['Alive']:
        continue
    name = node['NodeManagerHostname']
    if name in names:
        name = '%s-%s' % (name, node['NodeID'][:8])
    names[name] = True
    strategy = NodeAffinitySchedulingStrategy(node['NodeID'], soft=False)
    answer, problem = pystack_look.options(scheduling_strategy=strategy).remote(asked['words'], limit, file)
    waiting[problem] = (name, answer)
tree = Tree(lambda parts: pystack_merge.remote(merge_words(), limit, file, *parts))
while waiting:
    ready, _ = ray.wait(list(waiting), num_returns=1, timeout=max(0, end - time.monotonic()))
    if not ready:
        break
    for ref in ready:
        name, answer = waiting.pop(ref)
        try:
            problem = ray.get(ref)
        except Exception as error:
            problem = str(error).strip().split('\n')[-1]
        if problem is None:
            tree.add(answer)
        tell(name, problem)
for ref, (name, answer) in waiting.items():
    ray.cancel(ref, force=True)
    tell(name, 'late')
root = tree.root()
if root is not None:
    tell_lines([ray.get(root, timeout=limit + 10)])
`;

/**
 * Dask runs nothing on a worker whose threads all hang, but for what its event loop runs (Client.run): the looks go that way, the
 * merging as tasks where threads are free, and if none are, it is left to who asked.
 */
const DASK = String.raw`
import asyncio
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from distributed import Client


async def pystack_look(words, limit, file):
    return await asyncio.get_event_loop().run_in_executor(None, run, words, None, limit, file, False)


def pystack_merge(words, limit, file, parts):
    merged, problem = run(words, b'\n'.join(parts), limit, file, False)
    return merged if problem is None else b'\n'.join(parts)


limit = asked['timeout']
client = Client(asked['address'], set_as_default=False, timeout=limit)
file = file_to_send()
workers = client.scheduler_info(n_workers=-1)['workers']
hosts = {}
for address, worker in sorted(workers.items()):
    hosts.setdefault(worker['host'], address)
busy = client.processing()
free = [address for address in workers if len(busy.get(address, ())) < workers[address]['nthreads']]


def merge(parts):
    # Parts may be bytes, or what will be bytes: both are handed over as they are.
    return client.submit(pystack_merge, merge_words(), limit, file, parts, workers=free, pure=False)


def look(address):
    return client.run(pystack_look, asked['words'], limit, file, workers=[address])[address]


answers = []
tree = Tree(merge)
pool = ThreadPoolExecutor(max_workers=64)
waiting = {pool.submit(look, address): host for host, address in hosts.items()}
end = time.monotonic() + limit + 10
while waiting:
    ready, _ = wait(waiting, timeout=max(0, end - time.monotonic()), return_when=FIRST_COMPLETED)
    if not ready:
        break
    for future in ready:
        host = waiting.pop(future)
        try:
            answer, problem = future.result()
        except Exception as error:
            answer, problem = b'', str(error).strip().split('\n')[-1]
        if problem is None:
            answers.append(answer)
            if free:
                tree.add(answer)
        tell(host, problem)
for host in waiting.values():
    tell(host, 'late')
merged = answers
if free and answers:
    try:
        merged = [tree.root().result(timeout=limit)]
    except Exception as error:
        sys.stderr.write('merged here, as the workers did not: %s\n' % error)
tell_lines(merged)
sys.stdout.flush()
# Threads that still wait for a late host would hold it up.
os._exit(0)
`;
