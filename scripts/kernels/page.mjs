// How do all kernels that were tried look as a page? Pure: from what the guests found and how that was judged to
// docs/kernels.md.

/** Each column: its title, and what of a row it is made of. */
const ANSWERS = [
  ['standing threads', ['standing']],
  ['running', ['running']],
  ['waits, locks, deadlocks', ['waiting', 'hangs', 'self_deadlock_main', 'join_cycle', 'zombie']],
  ['cancellable calls', ['cancellable']],
  ['other calls', ['undisturbed']],
  ['cores', ['crashed', 'corpus']],
];

/**
 * @param {{ name: string, results: object, verdicts: { step: string, problems: string[] }[], offers: Record<string, string> }[]} rows
 *   offers: what the kernel offers, in words, by the questions of `pystack doctor`
 * @param {{ name: string, reason: string }[]} missing
 */
export function renderPage(rows, missing) {
  const offered = [...new Set(rows.flatMap(({ offers }) => Object.keys(offers)))];
  return [
    '# Kernels',
    '',
    '<!-- Written by `node scripts/kernels/run.mjs`; change what it runs (scripts/kernels), not this file. -->',
    '',
    "Whole systems of Debian, booted under qemu: each kernel with its release's own Python and C library, looked at by the one",
    'file that is shipped. What each kernel offers, as tried there (`pystack doctor` and the looks themselves):',
    '',
    `| kernel | C library, Python | ${offered.join(' | ')} |`,
    `| --- | --- |${offered.map(() => ' --- |').join('')}`,
    ...rows.map(
      ({ results, offers }) =>
        `| ${kernelOf(results)} | ${userlandOf(results)} | ${offered.map((key) => offers[key] ?? '–').join(' | ')} |`,
    ),
    '',
    'And whether the answer is right, compared with what the programs say of themselves. *Standing threads*: frames, values and',
    'native stacks of threads that wait, looked at live, with `--no-block`, in a snapshot and in a core of that kernel, and that',
    'none of them is stopped. *Running*: threads that call each other as fast as they can. *Waits*: descriptors, sockets, locks with',
    'their owners, deadlocks. *Cancellable calls*: eleven kinds of waiting system calls in which the C library lets a thread be',
    'cancelled (`read`, `poll`, `epoll_wait`, …), called through ctypes: none of them may end early, no thread of them be stopped, and',
    'with `--native` their native stacks are whole. *Other calls*: the same of `semop`, `semtimedop`, and of a futex and `io_getevents`',
    'by `syscall`. *Cores*: a crash under that kernel, and cores of the corpus. ✓ all of it; else how many things are not as they',
    'should be, told below.',
    '',
    `| kernel | ${ANSWERS.map(([title]) => title).join(' | ')} |`,
    `| --- |${ANSWERS.map(() => ' --- |').join('')}`,
    ...rows.map(
      ({ results, verdicts }) =>
        `| ${kernelOf(results)} | ${ANSWERS.map(([, steps]) => markOf(steps, verdicts)).join(' | ')} |`,
    ),
    '',
    ...notesOf(rows),
    ...missing.map(({ name, reason }) => `- ${name}: not tried. ${reason}`),
    '',
    ...KNOWN,
    ...HOW,
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

const KNOWN = [
  '## Known',
  '',
  'On 64-bit ARM a return address is in a register (x30) until a function saves it, and a thread shows that one only when it is',
  'stopped. System calls that a function makes which calls nobody else are such. Where one call alone leads to that function, as in',
  "Debian's glibc 2.41 for all that can be cancelled, it returns behind that one; else, as of `semop` and `syscall`, it is not known",
  'to whom. With `--native` those threads are stopped there, so that some of their calls end early; with `--no-block`',
  'their native stacks end. Without `--native` nobody is stopped. Under glibc 2.31 the first function of a program says nothing',
  'of itself, and the native stack of the main thread is marked as cut at its outer end.',
  '',
  'In a core that the kernel wrote, a call that ends early by a signal for good (`epoll_wait`, `sigwaitinfo`, `semop`) is not told of:',
  'the thread stands behind it, as one that has come back would.',
  '',
  'ARM is emulated as a Neoverse N1. With all that qemu 7.2 knows (`--cpu=max`) the run-time system of the one file (Bun 1.4.5) crashed in',
  '5 of 129 looks, in code that its compiler had made; as a Cortex-A72 or Neoverse N1 in none of 54. Whether that is the emulator or Bun is not known.',
  'The row of 5.10 for ARM is of `--cpu=max`, from before snapshots and cores of ARM were mended; those of 6.1 and 6.12 are newer.',
  'That of 6.12 was made while the machine had fifteen times as much to do as it has processors: of the six looks at threads that',
  'compute, one was not over within three minutes.',
  '',
];

const HOW = [
  '## Running it',
  '',
  '```',
  'npm run package -- --only executable --target linux-x64-glibc --target linux-arm64-glibc',
  'node scripts/kernels/run.mjs 5.10 6.1 6.1:arm64',
  '```',
  '',
  'Needed are qemu (`qemu-system-x86`, `qemu-system-arm`) and apt; no KVM, no root. What is downloaded stays in the cache folder;',
  'a system takes five minutes or more. Releases that have left the mirrors come from the archive that `PYSTACK_DEBIAN_ARCHIVE`',
  'names. `--only=standing,running` takes single steps (scripts/kernels/plan.mjs), `--cpu=cortex-a72` emulates another processor,',
  'and `--page` writes this page, from the last whole run of each system.',
  '',
];

function kernelOf({ release, processor }) {
  return `${release} (${processor})`;
}

function userlandOf({ libc, python }) {
  return `glibc ${libc}, ${python}`;
}

function markOf(steps, verdicts) {
  const taken = verdicts.filter(({ step }) => steps.includes(step));
  const problems = taken.flatMap((verdict) => verdict.problems).length;
  if (taken.length < steps.length) return '–';
  return problems === 0 ? '✓' : String(problems);
}

/** A few of what is wrong, system by system. */
function notesOf(rows) {
  return rows.flatMap(({ results, verdicts }) => {
    const wrong = verdicts.filter(({ problems }) => problems.length > 0);
    if (wrong.length === 0) return [];
    const lines = wrong.map(({ step, problems }) => `  - ${step}: ${problems[0]}${problems.length > 1 ? ', …' : ''}`);
    return [`- ${kernelOf(results)}:`, ...lines];
  });
}
