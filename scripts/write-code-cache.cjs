// Runs dist/cli.cjs once with the arguments given and writes what V8 compiled for it to dist/cli.cache.
'use strict';
const { writeFileSync } = require('node:fs');
const { load, CACHE } = require('../bin/load.js');

const script = load(false);
process.on('exit', () => writeFileSync(CACHE, script.createCachedData()));
