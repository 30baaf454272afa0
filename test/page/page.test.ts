/** Can a colleague read the page, in each browser, by keyboard alone; and does nothing of what it shows act? */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectLines } from '../../src/many/looks/collect-line.js';
import { LookSet } from '../../src/many/looks/look-set.js';
import { namedThreadAt, rankLook, threadAt } from '../many/looks.js';
import { browsersHere, type Opened, openPage, PageServer, startBrowser } from '../support/browsers.js';
import { runPystack } from '../support/command.js';
import { withHungJob, withPlainRanks } from '../support/hung-job.js';
import { findInterpreters } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CORE = fileURLToPath(new URL('../../corefiles/segfault/3.12/core.gz', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'pystack-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs pystack with `--html`, and gives what was written. */
async function pageBy(name: string, ...args: string[]): Promise<string> {
  const file = join(folder, `${name}.html`);
  const { stdout, stderr } = await runPystack([...args, '--html', file]);
  expect(stdout, stderr).toMatch(/^Wrote .*\.html: [\d.]+ [KM]iB; open it in a browser, or send it on\n$/);
  return readFileSync(file, 'utf8');
}

/** The odd rank of the jobs. */
const ODD = 17;
const html: Record<'ranks' | 'thousand' | 'process' | 'core', string> = {
  ranks: '',
  thousand: '',
  process: '',
  core: '',
};
const browsers = browsersHere();

beforeAll(async () => {
  if (browsers.length === 0) return;
  await withHungJob({ ranks: 64, odd: ODD }, async (job) => {
    const ranks = Array.from({ length: 64 }, (_, rank) => rank);
    await withPlainRanks(job, ranks, 64, async () => {
      html.ranks = await pageBy('ranks', 'remote', '--match', job.match);
    });
  });
  // Newest: `asyncio.run`, qualified names.
  const newest = findInterpreters().findLast(({ version }) => version.major === 3 && version.minor >= 11);
  if (newest) {
    await withProgram(newest, 'page.py', {}, async ({ pid }) => {
      html.process = await pageBy('process', 'remote', '--locals', String(pid));
    });
  }
  html.core = await pageBy('core', 'core', CORE);
  const set = new LookSet();
  for (let rank = 0; rank < 1000; rank++) {
    const own = rank === ODD ? threadAt('run', 'save:12') : threadAt('run', 'step', 'all_reduce:7');
    const others = Array.from({ length: 7 }, (_, i) => namedThreadAt(`worker-${i}`, 'run', 'get', 'poll'));
    set.add(rankLook(rank, 1000, [own, ...others]));
  }
  const collected = join(folder, 'collected');
  writeFileSync(collected, [...collectLines(set, { writer: 'test', host: '', at: '2026-01-01T00:00:00Z' })].join(''));
  html.thousand = await pageBy('thousand', 'group', collected);
  expect(statSync(join(folder, 'thousand.html')).size).toBeLessThan(1_000_000);
}, 180_000);

/** What of the things on the page can be seen. */
const shownHeadings = (page: Page) =>
  page.$$eval('[data-item]', (all) =>
    all
      .filter((each) => (each as HTMLElement).checkVisibility())
      .map((each) => (each.querySelector('summary, th, strong') ?? each).textContent),
  );
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest('[data-item]')?.textContent ?? document.activeElement?.id ?? '');

async function filterBy(page: Page, text: string): Promise<string> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.waitForFunction(() => document.querySelector('main:not([aria-busy])') !== null);
  return page.$eval('#shown', (each) => each.textContent ?? '');
}

/** Nothing was asked for but the page, nothing ran but its script, and nobody complained. */
async function expectQuiet({ page, requests, complaints, dialogs }: Opened, server: PageServer): Promise<void> {
  expect(requests.filter((url) => url !== `${server.origin}/page.html`)).toEqual([]);
  expect(server.asked).toEqual(['/page.html']);
  expect({ complaints, dialogs }).toEqual({ complaints: [], dialogs: [] });
  const state = await page.evaluate(() => ({
    ran: 'ranByTarget' in window,
    images: document.querySelectorAll('img, iframe, object, embed, link, svg, math').length,
    scripts: document.scripts.length,
    handlers: [...document.querySelectorAll('*')].some((each) =>
      each.getAttributeNames().some((name) => name.startsWith('on') || name === 'style'),
    ),
  }));
  expect(state).toEqual({ ran: false, images: 0, scripts: 1, handlers: false });
}

describe.each(browsers)('$name', (known) => {
  const server = new PageServer();
  let browser: Browser;
  beforeAll(async () => {
    await server.start();
    browser = await startBrowser(known);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server.stop();
  });

  async function opened(which: keyof typeof html, body: (opened: Opened) => Promise<void>): Promise<void> {
    const it = await openPage(browser, server.show(html[which]));
    try {
      await body(it);
      await expectQuiet(it, server);
    } finally {
      await it.page.close();
    }
  }

  test('64 ranks: the odd one comes first, and is found by keyboard alone', () =>
    opened('ranks', async ({ page }) => {
      expect(await page.title()).toMatch(/^64 processes, \d+ threads/);
      const [first] = await page.$$eval('#groups .group', (all) => all.map((each) => each.textContent ?? ''));
      expect(first).toContain('odd');
      expect(first).toContain(`rank ${ODD}`);
      expect(first).toContain('load_shard');
      // The odd one, and back.
      await page.keyboard.press('n');
      expect(await focused(page)).toContain('load_shard');
      const isOpen = () => page.$eval('#groups .group details', (each) => (each as HTMLDetailsElement).open);
      expect(await isOpen()).toBe(true);
      await page.keyboard.press('Enter');
      expect(await isOpen()).toBe(false);
      await page.keyboard.press('j');
      expect(await focused(page)).toContain('all_reduce');
      await page.keyboard.press('k');
      expect(await focused(page)).toContain('load_shard');
    }));

  test('64 ranks: the filter finds a rank, its groups and all that is told of it', () =>
    opened('ranks', async ({ page }) => {
      // No number of a short time, such as for how long they have waited.
      expect(await filterBy(page, 'rank 61')).toMatch(/^\d+ of \d+ shown$/);
      const rows = await page.$$eval('#processes tbody tr', (all) =>
        all.filter((each) => each.checkVisibility()).map((each) => each.querySelector('th')?.textContent),
      );
      expect(rows).toEqual(['rank 61']);
      expect(await page.$$eval('#groups .group', (all) => all.map((each) => each.checkVisibility()))).toEqual([
        false,
        true,
      ]);
      await page.keyboard.press('Enter');
      expect(await focused(page)).toContain('all_reduce');
      await page.keyboard.press('/');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.getElementById('shown')?.textContent === '');
      expect((await shownHeadings(page)).length).toBeGreaterThan(64);
      await page.keyboard.press('Escape');
      await page.$eval('#filter', (each) => (each as HTMLElement).blur());
      await page.keyboard.press('x');
      const odd = await shownHeadings(page);
      expect(odd.length).toBeGreaterThan(1);
      expect(odd.length).toBeLessThan(12);
      expect(odd[0]).toContain('load_shard');
    }));

  test('a thousand ranks: the odd one at once, any other by its number', () =>
    opened('thousand', async ({ page }) => {
      const [first] = await page.$$eval('#groups .group', (all) => all.map((each) => each.textContent ?? ''));
      expect(first).toContain('The odd one out: 999 of the 1,000 of its kind stand together elsewhere');
      const before = Date.now();
      await filterBy(page, 'rank 170');
      console.log(`${known.name}: filtering a thousand ranks: ${Date.now() - before} ms with the typing`);
      const rows = await page.$$eval('#processes tbody tr', (all) =>
        all.filter((each) => each.checkVisibility()).map((each) => each.querySelector('th')?.textContent),
      );
      expect(rows).toEqual(['rank 170']);
    }));

  test('a deadlock, tasks, variables, exceptions, under hostile names: all are text', () =>
    opened('process', async ({ page }) => {
      const finding = await page.$eval('#findings', (each) => each.textContent ?? '');
      expect(finding).toContain('Deadlock');
      expect(finding).toContain('</script></style><img src=http://127.0.0.1:9/leak onerror=window.ranByTarget=1><!--');
      // From the finding to the thread, which opens.
      await page.click('#findings a');
      await page.waitForFunction(() => document.activeElement?.localName === 'summary');
      expect(await focused(page)).toMatch(/held by/);
      const text = await page.$eval('main', (each) => each.textContent ?? '');
      expect(text).toContain('hostile_value');
      expect(text).toContain('ValueError: </script>');
      const tasks = await page.$eval('#tasks', (each) => each.textContent ?? '');
      expect(tasks).toContain('fetch-7');
      expect(tasks).toContain('</script></style><img');
      await filterBy(page, 'leak handling');
      const [only] = await page.$$eval('#threads .thread', (all) =>
        all.filter((each) => each.checkVisibility()).map((each) => each.querySelector('h3')?.textContent),
      );
      expect(only).toMatch(/^handling \(\d+\)$/);
    }));

  test('a core: what ended it stands out', () =>
    opened('core', async ({ page }) => {
      expect(await page.$eval('.crash', (each) => each.textContent)).toMatch(/segmentation fault/);
      expect(await page.$eval('.thread h3', (each) => each.checkVisibility())).toBe(true);
    }));

  test('the policy holds: markup and scripts that got in all the same ask for nothing and do not run', async () => {
    const injected =
      `<img src="${server.origin}/leak.png"><script>window.ranByTarget = 1</script><p onclick="0" id="clicked">x</p>` +
      `<iframe src="${server.origin}/frame"></iframe><style>h1 { background: url(${server.origin}/style) }</style>` +
      `<form action="${server.origin}/form"><button id="sent">x</button></form><link rel="icon" href="/icon">`;
    const it = await openPage(browser, server.show(html.core.replace('<main', `${injected}<main`)));
    try {
      await it.page.click('#sent');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await it.page.evaluate(() => 'ranByTarget' in window)).toBe(false);
      expect(server.asked).toEqual(['/page.html']);
      expect(
        await it.page.evaluate(() => {
          try {
            document.body.innerHTML = '<b>made of text</b>';
            return 'made';
          } catch {
            return 'refused';
          }
        }),
      ).toBe('refused');
    } finally {
      await it.page.close();
    }
  });

  test.each(['ranks', 'process'] as const)(
    'where no script runs everything but the tools is there: %s',
    async (which) => {
      const url = server.show(html[which], { 'content-security-policy': "script-src 'none'" });
      const it = await openPage(browser, url, async (page) => {
        // Firefox cannot be told by its protocol; the policy of the server keeps the script from running as well.
        if (known.name === 'Chromium') await page.setJavaScriptEnabled(false);
      });
      try {
        expect(await it.page.$eval('#tools', (each) => (each as HTMLElement).hidden)).toBe(true);
        const text = await it.page.$eval('main', (each) => each.textContent ?? '');
        expect(text).toContain(which === 'ranks' ? 'load_shard' : 'Deadlock');
        if (known.name === 'Chromium') {
          expect(await it.page.$eval('noscript', (each) => each.textContent)).toContain('all else is here');
        }
        // What is closed opens without a script.
        const details = await it.page.$('main details:not([open])');
        const summary = await details?.$('summary');
        await summary?.focus();
        await it.page.keyboard.press('Enter');
        expect(await details?.evaluate((each) => (each as HTMLDetailsElement).open)).toBe(true);
      } finally {
        await it.page.close();
      }
    },
  );

  test('opened from a disk it is the same', async () => {
    const it = await openPage(browser, pathToFileURL(join(folder, 'thousand.html')).href);
    try {
      expect(await filterBy(it.page, 'rank 17')).toMatch(/shown$/);
      expect(it.requests.filter((url) => !url.endsWith('/thousand.html'))).toEqual([]);
      expect(it.complaints).toEqual([]);
    } finally {
      await it.page.close();
    }
  });

  test('on paper all of it is open', () =>
    opened('thousand', async ({ page }) => {
      const closed = () => page.$$eval('main details:not([open])', (all) => all.length);
      const before = await closed();
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      expect(await closed()).toBe(0);
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      expect(await closed()).toBe(before);
    }));

  test.each(['ranks', 'process', 'core'] as const)(
    'axe finds nothing to object to, light and dark: %s',
    async (which) => {
      for (const scheme of ['light', 'dark']) {
        // The policy is meant for the target's text, not for the one who examines.
        const it = await openPage(
          browser,
          server.show(html[which].replace(/<meta http-equiv[^>]*>/, '')),
          async (page) => {
            if (known.name === 'Chromium')
              await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
          },
        );
        try {
          await it.page.evaluate(AXE);
          const violations = await it.page.evaluate(async () => {
            const { axe } = window as unknown as { axe: { run(): Promise<{ violations: unknown[] }> } };
            return (await axe.run()).violations.map((each) => {
              const { id, nodes } = each as { id: string; nodes: { html: string }[] };
              return { id, nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 200)) };
            });
          });
          expect(violations).toEqual([]);
        } finally {
          await it.page.close();
        }
      }
    },
  );
});

test.runIf(browsers.length > 0)(
  'what cannot be written is an error in three lines, before anybody is looked at',
  async () => {
    for (const [path, cause] of [
      ['/no/such/folder/x.html', /There is no folder/],
      ['/tmp', /no file/],
      ['', /empty/],
    ] as const) {
      const { code, stderr, stdout } = await runPystack(['core', CORE, '--html', path]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.split('\n')).toHaveLength(4);
      expect(stderr).toMatch(cause);
    }
  },
);
