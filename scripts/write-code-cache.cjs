// Runs dist/cli.cjs with each of the command lines given, separated by `--`, and writes what V8 compiled for them to
// dist/cli.cache: what no command line needed will be compiled when it is called.
'use strict';
const { writeFileSync } = require('node:fs');
const { load, run, CACHE } = require('../bin/load.js');

const commands = [[]];
for (const argument of process.argv.slice(2)) {
  if (argument === '--') commands.push([]);
  else commands[commands.length - 1].push(argument);
}

const exit = process.exit;
/** @type {import('node:vm').Script | null} */
let script = null;

function next() {
  const command = commands.shift();
  if (command) {
    process.argv = [...process.argv.slice(0, 2), ...command];
    if (script) run(script);
    else script = load(false);
    return;
  }
  if (script) writeFileSync(CACHE, script.createCachedData());
  exit(0);
}

// With this every run of the program ends.
process.exit = /** @type {typeof process.exit} */ (() => setImmediate(next));
next();
