import { describe, expect, test } from 'vitest';
import { renderText } from '../../src/render/text.js';
import type { CoreInfo, CoreSignal } from '../../src/snapshot.js';
import { coreSnapshot, thread } from './samples.js';

const SEGV: CoreSignal = {
  number: 11,
  name: 'SIGSEGV',
  code: 1,
  errno: 0,
  codeName: 'SEGV_MAPERR',
  faultAddress: '0x0',
  faultContext: 'nothing is mapped there',
  senderPid: null,
  senderUid: null,
};

test('the block before the threads', () => {
  const threads = [thread({ faulting: true, registers: { rip: '0x1', rsp: '0x2' } })];
  const text = renderText(coreSnapshot({ signal: SEGV, onDemand: false }, { threads }), { verbose: true });
  expect(text).toBe(
    [
      'Using executable found in the core file: /usr/bin/python3.12',
      '',
      'Core file information:',
      'state: S zombie: False niceness: 0',
      'pid: 100 ppid: 1 sid: 1',
      'uid: 1000 gid: 1000 pgrp: 100',
      'executable: python3 arguments: python3 app.py',
      'captured: 2025-01-01T00:00:00.000Z host: web-1',
      'threads: 2 (27 registers each) maps: 1 (0.0 MiB held)',
      '',
      'The process died due a segmentation fault accessing address: 0x0',
      '  SIGSEGV, SEGV_MAPERR, nothing is mapped there',
      '',
      'Traceback for thread 112 (worker-3) [Received SIGSEGV] (most recent call last):',
      '    (Python) File "/srv/app.py", line 17, in Server.handle',
      '        self.queue.get()',
      '  *      rip 0x1                     rsp 0x2',
      '',
    ].join('\n'),
  );
});

describe('what ended it', () => {
  const told = (core: Partial<CoreInfo>) => renderText(coreSnapshot(core), { executableGiven: true }).split('\n');
  const signal = (fields: Partial<CoreSignal>) => ({ signal: { ...SEGV, ...fields }, onDemand: false });

  test('an executable that was named is not announced', () => {
    expect(told({})[0]).toBe('');
    expect(told({})[1]).toBe('Core file information:');
  });

  test.each<[string, Partial<CoreInfo>, string[]]>([
    ['on demand', {}, ['The core file seems to have been generated on demand (the process did not crash)']],
    ['not known', { onDemand: false }, ['The core file does not tell what ended the process']],
    [
      'sent by a process',
      signal({
        name: 'SIGABRT',
        code: -6,
        codeName: 'SI_TKILL',
        faultAddress: null,
        faultContext: null,
        senderPid: 7,
        senderUid: 0,
      }),
      ['The process died due receiving signal SIGABRT sent by pid 7 (uid 0)', '  SIGABRT, SI_TKILL'],
    ],
    [
      'an instruction',
      signal({ name: 'SIGFPE', codeName: 'FPE_INTDIV', faultAddress: '0x99', faultContext: null }),
      ['The process died due receiving signal SIGFPE at address 0x99', '  SIGFPE, FPE_INTDIV'],
    ],
    [
      'a bus error',
      signal({ name: 'SIGBUS', code: null, codeName: null, faultContext: null }),
      ['The process died due a bus error accessing address: 0x0', ''],
    ],
    [
      'an unknown code',
      signal({ name: 'SIGSEGV', code: 77, codeName: null, faultAddress: null, faultContext: null }),
      ['The process died due receiving signal SIGSEGV', '  SIGSEGV, code 77'],
    ],
  ])('%s', (_, core, expected) => {
    expect(told(core).slice(9, 9 + expected.length)).toEqual(expected);
  });

  test('what is not known is a question mark, and nothing acts on the terminal', () => {
    const text = renderText(coreSnapshot({ state: null, zombie: null, psargs: 'a\u001b[2J', fname: null, nice: null }));
    expect(text).toContain('state: ? zombie: ? niceness: ?');
    expect(text).toContain('executable: ? arguments: a\\x1b[2J');
  });
});
