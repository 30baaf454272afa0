// What do the tutorials say around what was seen? `{{picture}}`, `{{program}}` and `{{output 0}}` are put in by tutorials.mjs.

export const TUTORIALS = {
  deadlock: {
    title: 'A service that hangs: two locks',
    program: 'deadlock.py',
    text: `
Requests are not answered any more. The process is there and uses no CPU. One look:

{{picture}}

The first lines say which process this is and that nothing had to be stopped to see it. Then the finding: which threads wait
for each other, for which lock, and where each took the one that the other wants. It is only announced when every step of it
is certain: who holds a lock was read, not guessed, and all threads in the circle stood still.

The threads below are the ones that wait behind it. Those that stand at the same place are one paragraph.

## As text

{{output 0}}

## The program

{{program}}

## What to do

The two functions take the same locks in opposite order. Let both take \`orders\` first. Until it is restarted, nothing ends
the wait; \`pystack snapshot <pid> -o hung.core\` keeps what was seen.
`,
  },
  'blocked-loop': {
    title: 'A service that answers nobody: a blocked event loop',
    program: 'blocked_loop.py',
    text: `
Even the health check is not answered. The process uses no CPU and has one thread:

{{picture}}

An event loop that has nothing to do waits in \`select\` or \`epoll_wait\`. This one waits in something else: read the stack from
below. \`fetch_rates\` waits, \`refresh\` called it without \`await\`, and the loop (\`run_forever\`, \`_run_once\`) waits with it; so
does every other task, the heartbeat among them.

## As text

{{output 0}}

## The program

{{program}}

## What to do

Call what waits in a thread (\`await asyncio.to_thread(fetch_rates)\`), or use a library that has coroutines.
`,
  },
  'lost-worker': {
    title: 'A job that never ends: a worker that was killed',
    program: 'lost_worker.py',
    looks: [[], ['--children']],
    text: `
A job that takes a minute has run for an hour. Nothing uses CPU:

{{picture}}

The main thread waits for an answer of the pool. Are the workers at it? Its head names its children; \`--children\` shows them as
well:

{{output 1}}

Both workers wait for work: nobody does what the main thread waits for. A worker was killed while it had it, and the pool
started another in its place, but knows nothing of the lost task. Their start times and the kernel's log (\`dmesg\`: out of
memory) tell when.

## The program

{{program}}

## What to do

\`concurrent.futures.ProcessPoolExecutor\` notices a worker's end and raises \`BrokenProcessPool\`. With
\`multiprocessing.Pool\`, wait with a limit: \`pool.map_async(…).get(timeout=60)\`.
`,
  },
  'c-call': {
    title: 'A service at 100 % CPU: a call that keeps the GIL',
    program: 'c_call.py',
    looks: [[], ['--native']],
    text: `
One CPU is busy, requests time out:

{{picture}}

One thread has the GIL, all others wait for it or will. The one that has it is in \`check\`, at a line that calls a regular
expression: C code, which keeps the GIL while it runs. That it is really there and not just passing by shows a second look: the
same line. Where in C:

{{output 1}}

## The program

{{program}}

## What to do

The expression tries exponentially many ways on an input that does not match. Write it without a repetition inside of a
repetition, or limit the length of what is matched.
`,
  },
  crash: {
    title: 'A process that died: its core file',
    program: 'crash.py',
    core: true,
    text: `
The process is gone; it left a core file (if not: \`pystack doctor\` says why).

{{picture}}

What ended it stands before the stacks: the signal, the address, and what was there. The thread that crashed comes first;
\`--native\` adds what it did in C, \`--locals\` what its variables held.

## As text

{{output 0}}

## The program

{{program}}

## What to do

The address, 8, is no pointer: a structure was not filled in. On another machine, give the files that the core leaves out:
\`pystack core ./core --sysroot ./image\`.
`,
  },
};
