import { describe, expect, test } from 'vitest';
import { decodeStat, decodeStatus, readStat, readStatus } from '../../../src/process/live/proc-files.js';

describe('stat', () => {
  test('names that look like its end', () => {
    const rest = 'S 1 5 5 0 -1 4194560 1 0 0 0 3 4 0 0 20 0 2 0 98765 1000 200';
    expect(decodeStat(`5 (a) R (b) ${rest}`)).toEqual({
      comm: 'a) R (b',
      state: 'S',
      ppid: 1,
      pgrp: 5,
      sid: 5,
      nice: 0,
      kernelThread: false,
      startTicks: 98765,
    });
  });

  test('kernel threads', () => {
    expect(decodeStat('2 (kthreadd) S 0 0 0 0 -1 2129984 0')).toMatchObject({ kernelThread: true });
  });

  test('what is none', () => {
    expect(decodeStat('')).toBeNull();
    expect(decodeStat(')(')).toBeNull();
  });
});

describe('status', () => {
  test('its fields', () => {
    const status = decodeStatus(`Name:\tpy thon:\\n\nState:\tT (stopped)\nTgid:\t9\nPid:\t10\nTracerPid:\t77
Uid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\nNSpid:\t10\t4\t1\nCapPrm:\t0000003fffffffff\nCapEff:\t0000000000080000
Seccomp:\t2\n`);
    expect(status).toEqual({
      name: 'py thon:\\n',
      state: 'T',
      tgid: 9,
      tracerPid: 77,
      uids: [1000, 1001, 1002, 1003],
      gids: [5, 6, 7, 8],
      nsPids: [10, 4, 1],
      capPermitted: 0x3fffffffffn,
      capEffective: 0x80000n,
      seccomp: 2,
    });
  });

  test('of a kernel that says less', () => {
    expect(decodeStatus('Name:\tx\n')).toMatchObject({
      name: 'x',
      tgid: null,
      nsPids: [],
      seccomp: null,
      tracerPid: 0,
    });
  });

  test('our own', () => {
    expect(readStatus(process.pid)).toMatchObject({
      tgid: process.pid,
      tracerPid: 0,
      uids: expect.arrayContaining([process.getuid?.()]),
    });
    expect(readStat(process.pid)?.kernelThread).toBe(false);
    expect(readStatus(2 ** 22 + 1)).toBeNull();
  });
});
