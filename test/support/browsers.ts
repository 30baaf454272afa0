/**
 * Which browsers are here, and how does a test open a page in one? Those of Debian (`node scripts/browsers.mjs` brings them), started
 * without a window and without a profile. Pages come from a server on this machine that notes whatever is asked of it.
 */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Browser, launch, type Page } from 'puppeteer-core';

export interface KnownBrowser {
  readonly name: 'Chromium' | 'Firefox';
  readonly executable: string;
}

const PROGRAMS: Readonly<Record<KnownBrowser['name'], readonly string[]>> = {
  Chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  Firefox: ['firefox-esr', 'firefox'],
};

/** Those on PATH. Says which are missing. */
export function browsersHere(): KnownBrowser[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return (['Chromium', 'Firefox'] as const).flatMap((name) => {
    const executable = PROGRAMS[name]
      .flatMap((program) => folders.map((folder) => join(folder, program)))
      .find((path) => existsSync(path));
    if (executable !== undefined) return [{ name, executable }];
    console.log(`no ${name} here: pages are not tried in it (node scripts/browsers.mjs)`);
    return [];
  });
}

export function startBrowser({ name, executable }: KnownBrowser): Promise<Browser> {
  // As root, in containers, Chromium cannot make its sandbox; what it opens is ours.
  const args = name === 'Chromium' ? ['--no-sandbox', '--disable-dev-shm-usage'] : [];
  return launch({
    browser: name === 'Chromium' ? 'chrome' : 'firefox',
    executablePath: executable,
    headless: true,
    args,
    // How long a browser takes to begin is no matter of these tests.
    timeout: 120_000,
    protocolTimeout: 120_000,
  });
}

/** Serves one page at a time and notes what is asked for. */
export class PageServer {
  readonly asked: string[] = [];
  #html = '';
  #headers: Readonly<Record<string, string>> = {};
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      response.writeHead(request.url === '/page.html' ? 200 : 404, { 'content-type': 'text/html', ...this.#headers });
      response.end(request.url === '/page.html' ? this.#html : '');
    });
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @returns where it is to be opened */
  show(html: string, headers: Readonly<Record<string, string>> = {}): string {
    this.#html = html;
    this.#headers = headers;
    this.asked.length = 0;
    return `${this.origin}/page.html`;
  }
}

/** An opened page, and what happened in it that should not. */
export interface Opened {
  readonly page: Page;
  /** Everything that it asked for, itself included. */
  readonly requests: string[];
  /** Errors of scripts, and what was written to the console. */
  readonly complaints: string[];
  readonly dialogs: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  prepare?: (page: Page) => Promise<void>,
): Promise<Opened> {
  const page = await browser.newPage();
  const opened: Opened = { page, requests: [], complaints: [], dialogs: [] };
  page.on('request', (request) => {
    // Firefox tells of a font of its own that it brings along: that is asked of nobody, and no page of ours has one.
    if (!request.url().startsWith('data:')) opened.requests.push(request.url());
  });
  const complain = (text: string) => {
    // Browsers look for a picture of each site by themselves; that the policy refuses it is as it should be.
    if (!text.includes('/favicon.ico')) opened.complaints.push(text);
  };
  page.on('pageerror', (error) => complain(String(error)));
  page.on('console', (message) => complain(message.text()));
  page.on('dialog', (dialog) => {
    opened.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await prepare?.(page);
  await page.goto(url);
  return opened;
}
