/** Chromium as a reader has it, and what it must never show: an error in its console, or a request to another host. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromium as installed } from '../../../scripts/chromium.js';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A page waits for workers, cooldowns and restarts, on a machine that runs other tests. */
const patienceMs = 60_000;

export interface Finding {
  readonly rule: string;
  readonly places: readonly string[];
}

export class Browser {
  /** Of all pages since `forget`. */
  readonly errors: string[] = [];
  readonly foreignRequests: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly folder: string,
    private readonly hosts: readonly string[],
  ) {
    context.setDefaultTimeout(patienceMs);
    context.on('weberror', (error) => this.errors.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && !this.hosts.includes(host)) this.foreignRequests.push(request.url());
    });
  }

  /** @param hosts those of the test: requests to all others are collected. */
  static async launch(hosts: readonly string[]): Promise<Browser> {
    const folder = await mkdtemp(join(tmpdir(), 'escapement-browser-'));
    const options = { executablePath: await installed.path(), args: flags, headless: true };
    return new Browser(await chromium.launchPersistentContext(folder, options), folder, hosts);
  }

  async open(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  /** Closes all pages. */
  async forget(): Promise<void> {
    await Promise.all(this.context.pages().map((page) => page.close()));
    this.errors.length = 0;
    this.foreignRequests.length = 0;
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Violations of the rules of axe, in the light and the dark theme. Evaluated beside the page's policy, not by it. */
export async function axeFindings(page: Page): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const theme of themes) {
    await useTheme(page, theme);
    findings.push(...(await violations(page)));
  }
  return findings;
}

export const themes = ['light', 'dark'] as const;

/** Without motion, so that nothing is half-way when the page is looked at. */
export async function useTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.locator(`html[data-theme="${theme}"]`).waitFor({ state: 'attached' });
  // As text: the tests are compiled without the types of a browser.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** In the theme that the page has. */
export async function violations(page: Page): Promise<Finding[]> {
  const session = await page.context().newCDPSession(page);
  // In the page, but not as a script of it: its policy refuses scripts that are not its own.
  await session.send('Runtime.evaluate', { expression: axe.source });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ rule: id, places: nodes.map(({ html }) => html.slice(0, 160)) })))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  // The shape is that of the expression above.
  return result.value as Finding[];
}
