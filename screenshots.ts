#!/usr/bin/env node
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Pictures of the main pages for the README, from a demo that is started for them. */
const FOLDER = fileURLToPath(new URL('docs/screenshots/', import.meta.url));
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 860 };
/** Of one page with everything that it fetches. */
const PATIENCE_MS = 30_000;

interface Demo {
  readonly child: ChildProcess;
  readonly url: string;
  readonly password: string;
  readonly backupCodes: readonly string[];
}

/** The demo as a person starts it, once it says where it is. */
function startDemo(): Promise<Demo> {
  const demo = fileURLToPath(new URL('demo.ts', import.meta.url));
  const args = ['--days', '60', '--devices', '24', '--quiet', '--keep'];
  const child = spawn(process.execPath, [demo, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, fail) => {
    let said = '';
    child.once('close', () => fail(new Error(`The demo ended early:\n${said}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, url] = /Portal +(\S+)/.exec(said) ?? [];
      const [, password] = /password "([^"]+)"/.exec(said) ?? [];
      const [, codes] = /each once: (.+)\n/.exec(said) ?? [];
      if (url === undefined || password === undefined || codes === undefined) return;
      done({ child, url, password, backupCodes: codes.trim().split(/\s+/) });
    });
  });
}

type Look = Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'locale'>;

async function signIn(browser: Browser, { url, password }: Demo, email: string, look: Look): Promise<Page> {
  const context = await browser.newContext({
    baseURL: url,
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    ...look,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto('/sign-in');
  // Said here, it goes before the language of the account.
  if (look.locale === 'de-DE') await page.getByRole('button', { name: 'English' }).click();
  if (look.locale === 'de-DE') await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.locator('button[type=submit]').click();
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  process.stdout.write(`docs/screenshots/${name}.png\n`);
}

/** Milliseconds from the navigation to the first gauge that can be read, as the browser measures them. */
async function measureHome(page: Page): Promise<number> {
  await page.goto('/');
  await page.locator('[role=meter]').first().waitFor();
  return Number(await page.evaluate('performance.now()'));
}

async function shootCustomer(browser: Browser, demo: Demo, suffix: string, look: Look): Promise<void> {
  const page = await signIn(browser, demo, 'customer@demo.example', look);
  await page.locator('[role=meter]').first().waitFor();
  const readable = await measureHome(page);
  process.stdout.write(`home readable after ${Math.round(readable)} ms (${suffix})\n`);
  await shoot(page, `home-${suffix}`);
  await page.locator('a[href^="/consumables/"]:has([role=meter])').first().click();
  await page.locator('svg[role=img]').waitFor();
  await shoot(page, `consumable-${suffix}`);
  for (const name of ['orders', 'away', 'privacy', 'messages', 'settings']) {
    await page.goto(`/${name}`);
    await page.locator('h1').first().waitFor();
    await shoot(page, `${name}-${suffix}`);
  }
  await page.context().close();
}

async function shootConsole(browser: Browser, demo: Demo): Promise<void> {
  const page = await signIn(browser, demo, 'ops@demo.example', { viewport: DESKTOP });
  await page.locator('button[type=button]').last().click();
  await page
    .locator('input:not([type=email])')
    .last()
    .fill(demo.backupCodes[0] ?? '');
  await page.locator('button[type=submit]').click();
  await page.locator('h1').first().waitFor();
  for (const [name, path] of [
    ['console-today', '/ops'],
    ['console-review', '/ops/review'],
    ['console-forecast', '/ops/forecast'],
  ] as const) {
    await page.goto(path);
    await page.locator('h1').first().waitFor();
    await shoot(page, name);
  }
  await page.context().close();
}

async function main(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const demo = await startDemo();
  const executablePath = process.env['NEVEROUT_TEST_CHROMIUM'] ?? (await sparticuz.executablePath());
  const browser = await chromium.launch({
    executablePath,
    args: sparticuz.args.filter((arg) => !/single-process|disable-web-security/.test(arg)),
  });
  try {
    await shootCustomer(browser, demo, 'phone', { viewport: PHONE });
    await shootCustomer(browser, demo, 'dark', { viewport: DESKTOP, colorScheme: 'dark' });
    await shootCustomer(browser, demo, 'desktop', { viewport: DESKTOP });
    await shootCustomer(browser, demo, 'german', { viewport: PHONE, locale: 'de-DE' });
    await shootConsole(browser, demo);
  } finally {
    await browser.close();
    demo.child.kill('SIGINT');
  }
}

await main();
