/** A page as text: what is in it, and that text of the target stays text. What it does in browsers: test/page. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { grouped } from '../../src/many/groups/group.js';
import { LookSet } from '../../src/many/looks/look-set.js';
import { setOf } from '../../src/many/looks/set-of.js';
import { ASSETS } from '../../src/render/html/assets.js';
import { policyOf } from '../../src/render/html/document.js';
import { type PageOptions, processesPage, processInside, processPage } from '../../src/render/html/page.js';
import type { Snapshot } from '../../src/snapshot.js';
import { namedThreadAt, rankLook, threadAt } from '../many/looks.js';
import { coreSnapshot, pythonFrame, snapshot, thread } from './samples.js';

const HOSTILE = '</script></style><img src=x onerror=alert(1)>"\'&<!--';

const options: PageOptions = {
  assets: ASSETS,
  madeBy: 'pystack test',
  isSecret: (name) => name === 'password',
  verbose: false,
};
const pageOf = (one: Snapshot) => [...processPage(one, grouped(setOf(one)), options)].join('');
/** Without the page's own script and style. */
const markup = (html: string) => html.replace(ASSETS.script, '').replace(ASSETS.style, '');

describe('the policy', () => {
  test('names the script and the style that are in the page, and nothing else', () => {
    const html = pageOf(snapshot());
    const policy = policyOf(ASSETS);
    expect(html).toContain(`http-equiv="Content-Security-Policy" content="${policy}"`);
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? '');
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text ?? '');
    for (const text of [...scripts, ...styles]) {
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toContain('unsafe');
  });

  test('nothing in a page could ask anybody for anything', () => {
    expect(markup(pageOf(snapshot()))).not.toMatch(/\b(?:src|href)="(?!#)|url\(|@import|style="|\son\w+=/);
    expect(ASSETS.script).not.toMatch(/fetch|XMLHttp|WebSocket|import\(|eval|innerHTML|localStorage|sendBeacon|http/);
    expect(ASSETS.style).not.toMatch(/url\(|@import|@font-face/);
  });
});

describe('hostile text stays text', () => {
  const hostile = snapshot({
    commandLine: ['python', HOSTILE],
    executable: HOSTILE,
    threads: [
      thread({
        name: HOSTILE,
        frames: [
          pythonFrame({
            function: HOSTILE,
            qualname: HOSTILE,
            file: HOSTILE,
            source: { text: HOSTILE, start: 2, end: 9, status: 'current' },
            problem: HOSTILE,
            arguments: [
              {
                name: HOSTILE,
                kind: 'argument',
                value: { type: HOSTILE, repr: HOSTILE, truncated: false, redacted: false, problem: `${HOSTILE}!` },
              },
            ],
            locals: [],
          }),
        ],
      }),
      thread({ tid: 113, name: '\u202eright to left\u0000\u001b[2J', osName: HOSTILE }),
    ],
    findings: [{ code: 'deadlock', certain: true, message: HOSTILE, tids: [112], pids: [], edges: [] }],
    warnings: [{ code: 'core-damaged', message: HOSTILE }],
  });

  test.each([
    ['of a process', pageOf(hostile)],
    ['of one inside of many', processInside(hostile, 0, options)],
  ])('%s', (_, html) => {
    const text = markup(html);
    expect(text).not.toMatch(/<img|<!--(?! )|<\/script><\/style>/);
    expect(text).toContain('&lt;img src=x onerror=alert(1)');
    expect(text).toContain('\\u202eright to left\\x00\\x1b[2J');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
  });

  test('of groups', () => {
    const set = new LookSet();
    for (const rank of [0, 1, 2]) {
      const look = rankLook(rank, 4, [namedThreadAt(HOSTILE, HOSTILE.replaceAll(':', ''))]);
      const info = { ...look.info, host: HOSTILE, command: HOSTILE };
      set.add({ ...look, info: { ...info, findings: [{ code: HOSTILE, certain: true, message: HOSTILE }] } });
    }
    const text = markup(manyPage(set));
    expect(text).not.toMatch(/<img|<!--/);
    expect(text).toContain('&lt;img src=x onerror=alert(1)');
  });
});

function manyPage(set: LookSet): string {
  return [
    ...processesPage({ grouped: grouped(set), tables: set.tables, among: [], whole: new Map(), leftOut: 0 }, options),
  ].join('');
}

describe('what is in it', () => {
  test('secrets of the command line are not', () => {
    const html = pageOf(snapshot({ commandLine: ['python', 'a.py', '--password', 'hunter2'] }));
    expect(html).toContain('--password &lt;redacted');
    expect(html).not.toContain('hunter2');
  });

  test('threads at one place are one block with all of their names', () => {
    const threads = [1, 2, 3].map((n) => thread({ tid: n, name: `pool-${n}` }));
    const html = pageOf(snapshot({ threads: [...threads, thread({ tid: 9, name: 'other', gil: 'holding' })] }));
    expect(html.match(/class="thread"/g)).toHaveLength(2);
    expect(html).toContain('3 threads: pool-1, pool-2, pool-3');
    expect(html).toContain('<li>pool-2 (2)</li>');
  });

  test('threads that a finding is about come first, and can be jumped to', () => {
    const threads = [thread({ tid: 1, name: 'fine' }), thread({ tid: 2, name: 'stuck', gil: 'waiting' })];
    const html = pageOf(
      snapshot({
        threads,
        findings: [{ code: 'deadlock', certain: true, message: 'stuck (2) waits', tids: [2], pids: [], edges: [] }],
      }),
    );
    expect(html).toContain('stuck (<a href="#t2">2</a>) waits');
    expect(html.indexOf('<h3>stuck (2)</h3>')).toBeLessThan(html.indexOf('<h3>fine (1)</h3>'));
  });

  test('of a core what ended it', () => {
    const signal = {
      number: 11,
      name: 'SIGSEGV',
      code: 1,
      errno: 0,
      codeName: 'SEGV_MAPERR',
      faultAddress: '0x1234',
      faultContext: 'nothing is mapped there',
      senderPid: null,
      senderUid: null,
    };
    const html = pageOf(coreSnapshot({ signal, onDemand: false }));
    expect(html).toContain('<p class="crash">The process died due a segmentation fault accessing address: 0x1234</p>');
  });

  test('recursion is folded, and the innermost call is there', () => {
    const frames = Array.from({ length: 900 }, (_, i) => pythonFrame({ qualname: 'down', line: i === 899 ? 5 : 4 }));
    const html = pageOf(snapshot({ threads: [thread({ frames })] }));
    expect(html).toContain('896 more of down');
    expect(html.match(/<b>down<\/b>/g)?.length).toBeLessThan(8);
  });

  test('of a thousand ranks with eight threads each less than a megabyte, with all of them', () => {
    const set = new LookSet();
    for (let rank = 0; rank < 1000; rank++) {
      const own = rank === 17 ? threadAt('run', 'save', 'write:12') : threadAt('run', 'step', 'all_reduce:7');
      const others = Array.from({ length: 7 }, (_, i) => namedThreadAt(`worker-${i}`, 'run', 'get', `poll:${i}`));
      set.add(rankLook(rank, 1000, [own, ...others]));
    }
    const html = manyPage(set);
    expect(html.length).toBeLessThan(1_000_000);
    expect(html.match(/<th scope="row">rank /g)).toHaveLength(1000);
    expect(html).toContain('The odd one out');
    console.log(`a thousand ranks: ${html.length} characters`);
  });

  test('however many different stacks there are, it stays of a size that opens', () => {
    const set = new LookSet();
    const deep = (rank: number) => Array.from({ length: 60 }, (_, i) => `f${rank}_${i}:${i}`);
    for (let rank = 0; rank < 1000; rank++) set.add(rankLook(rank, 1000, [threadAt(...deep(rank))]));
    const html = manyPage(set);
    expect(html.length).toBeLessThan(2_000_000);
    expect(html).toContain('The other calls are left out');
    console.log(`a thousand ranks, all different: ${html.length} characters`);
  });
});
