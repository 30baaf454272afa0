// Loads dist/cli.cjs with the code that V8 compiled for it before, which halves the time of a start. A checkout gets it
// from its build; a package, which is for every version of Node.js, from its first look, where its folder can be written.
// V8 refuses a cache of another version, other flags or another source, and compiles as if there were none.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const DIST = path.join(path.dirname(__dirname), 'dist');
const FILE = path.join(DIST, 'cli.cjs');
const CACHE = path.join(DIST, 'cli.cache');
/** Other versions of Node.js have a cache each, beside the first. */
const OWN_CACHE = path.join(DIST, `cli-${process.versions.v8}-${process.arch}.cache`);

/** What leaves the code compiled that is worth keeping. */
const LOOKS = ['remote', 'core', 'snapshot'];

/** Runs the program; returns its vm.Script. @param {boolean} useCache */
function load(useCache) {
  // On one line, so that lines in stack traces stay those of the file. Its bundler leaves nothing in it but ASCII.
  const source = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(FILE, 'latin1')}\n})`;
  const script = (useCache && (withCache(source, CACHE) ?? withCache(source, OWN_CACHE))) || compile(source);
  const isCached = script.cachedDataRejected === false;
  const restore = useCache && !isSmallLook(process.argv) ? optimizeLate() : null;
  if (useCache && !isCached && LOOKS.includes(process.argv[2])) {
    process.once('exit', () => {
      restore?.();
      keep(script);
    });
  }
  run(script);
  return script;
}

/** Threads up to which a look is over before anything is optimized. */
const FEW_THREADS = 20;

/** Of a core: libraries are most of them, and a thread has two at least. */
const FEW_MAPPINGS = 100;

/** Whether a process or a core of few threads is looked at, and nothing more is asked. */
function isSmallLook([, , command, target, ...more]) {
  if (more.length > 0) return false;
  try {
    // A process has a folder for each.
    if (command === 'remote') return fs.statSync(`/proc/${target}/task`).nlink - 2 <= FEW_THREADS;
    return command === 'core' && fs.statSync(target).isFile() && mappingsOf(target) <= FEW_MAPPINGS;
  } catch {
    return false;
  }
}

/** How many program headers an ELF file says that it has; infinitely many: it is something else. @param {string} file */
function mappingsOf(file) {
  const header = Buffer.alloc(64);
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const isElf = fs.readSync(fd, header, 0, 64, 0) === 64 && header.readUInt32BE(0) === 0x7f454c46;
    return isElf ? header.readUInt16LE(56) : Infinity;
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * A look runs each part of the program for some hundredths of a second. The V8 of Node.js 20 would spend a third as long
 * again on optimizing code that has done its work by then, on another CPU of the host. For looks that last it still does,
 * 16 times later. Later versions have a compiler of less effort in between, and no such flag: of one that it does not know
 * V8 complains on stderr. V8 refuses code that was compiled under other flags: what is returned puts them back.
 * (To say so takes loading a module that takes 2 ms: nothing that optimizes late is worth that to a small look.)
 * https://github.com/v8/v8/blob/11.3.244/src/flags/flag-definitions.h (interrupt_budget)
 */
function optimizeLate() {
  if (!process.versions.node.startsWith('20.')) return null;
  const { setFlagsFromString } = require('node:v8');
  const usual = 66 * 1024;
  setFlagsFromString(`--interrupt-budget=${16 * usual}`);
  return () => setFlagsFromString(`--interrupt-budget=${usual}`);
}

/** null: it is not there, or V8 has refused it. */
function withCache(source, cache) {
  if (!fs.existsSync(cache)) return null;
  const script = compile(source, fs.readFileSync(cache));
  return script.cachedDataRejected ? null : script;
}

function compile(source, cachedData) {
  return new vm.Script(source, { filename: FILE, cachedData });
}

/** Under its name all at once: others may be starting. Where nothing can be written, each start compiles. */
function keep(script) {
  const partial = `${OWN_CACHE}.${process.pid}`;
  try {
    fs.writeFileSync(partial, script.createCachedData());
    fs.renameSync(partial, OWN_CACHE);
  } catch {
    fs.rmSync(partial, { force: true });
  }
}

/** Runs what load returned (again). @param {vm.Script} script */
function run(script) {
  const program = { exports: {} };
  script.runInThisContext()(program.exports, require, program, FILE, DIST);
}

module.exports = { load, run, FILE, CACHE };
