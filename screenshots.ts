#!/usr/bin/env node
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { appCode } from './demo-totp.ts';
import { systemClock } from './platform/clock.ts';
import { withPalette } from './screenshots-palette.ts';

/**
 * Pictures of the main pages in docs/screenshots. Without options a demo is started for them;
 * `--demo FILE` takes the output of one that stays up, so that they can be taken again at once.
 */
const FOLDER = fileURLToPath(new URL('docs/screenshots/', import.meta.url));
/** Of one page with everything that it fetches, also where other things run. */
const PATIENCE_MS = 120_000;
/** A repository is no place for large pictures. */
const BYTES_MAX = 250_000;

type Look = Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'locale' | 'deviceScaleFactor'>;

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 };
const DESKTOP = { viewport: { width: 1280, height: 860 } };
const LOOKS = {
  phone: { ...PHONE, locale: 'en-GB', colorScheme: 'light' },
  desktop: { ...DESKTOP, locale: 'en-GB', colorScheme: 'light' },
  dark: { ...DESKTOP, locale: 'en-GB', colorScheme: 'dark' },
  german: { ...PHONE, locale: 'de-DE', colorScheme: 'dark' },
} as const satisfies Readonly<Record<string, Look>>;
type LookName = keyof typeof LOOKS;
const EVERY = Object.keys(LOOKS) as readonly LookName[];

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly looks: readonly LookName[];
  /** What has to be there besides the heading. */
  readonly shows?: string;
  /** A link on the page that leads to what is shown. */
  readonly follow?: string;
}

const PORTAL: readonly Shot[] = [
  { name: 'home', path: '/', looks: EVERY, shows: '[role=meter]' },
  {
    name: 'consumable',
    path: '/',
    looks: EVERY,
    follow: 'a[href^="/consumables/"]:has([role=meter])',
    shows: 'svg[role=img]',
  },
  { name: 'orders', path: '/orders', looks: EVERY },
  { name: 'away', path: '/away', looks: ['phone', 'desktop'] },
  { name: 'privacy', path: '/privacy', looks: ['phone', 'desktop'] },
  { name: 'messages', path: '/messages', looks: ['phone', 'desktop'] },
  { name: 'settings', path: '/settings', looks: ['phone', 'desktop'] },
];

const CONSOLE: readonly Shot[] = [
  { name: 'console-today', path: '/ops', looks: EVERY },
  { name: 'console-review', path: '/ops/review?status=approved', looks: ['desktop', 'dark'] },
  { name: 'console-orders', path: '/ops/orders', looks: ['desktop', 'german'], shows: 'table' },
  {
    name: 'console-order',
    path: '/ops/orders?automatic=true&status=installed',
    looks: ['desktop', 'dark'],
    follow: 'a[href^="/ops/orders/"]',
    shows: 'svg[role=img]',
  },
  { name: 'console-device', path: '/ops/devices', looks: ['desktop'], follow: 'a[href^="/ops/devices/"]' },
  { name: 'console-forecast', path: '/ops/forecast', looks: ['desktop', 'dark'], shows: 'svg[role=img]' },
  {
    name: 'console-accuracy',
    path: '/ops/forecast?view=accuracy',
    looks: ['desktop'],
    shows: 'svg[role=img]',
  },
  { name: 'console-halt', path: '/ops/halt', looks: ['desktop', 'phone'] },
  { name: 'console-settings', path: '/ops/settings', looks: ['desktop'] },
];

interface Demo {
  readonly url: string;
  readonly password: string;
  /** Of the staff's authenticator app. */
  readonly key: string;
  /** Of which this script is the owner; absent: somebody else's. */
  readonly child?: ChildProcess;
}

function whereabouts(said: string): Omit<Demo, 'child'> | null {
  const [, url] = /Portal +(\S+)/.exec(said) ?? [];
  const [, password] = /password "([^"]+)"/.exec(said) ?? [];
  const [, key] = /the key (\S+) in/.exec(said) ?? [];
  // The last line comes when everything runs.
  const isReady = /PostgreSQL +\S+/.test(said);
  if (url === undefined || password === undefined || key === undefined || !isReady) return null;
  return { url, password, key };
}

/** The demo as a person starts it, once it says where it is. */
function startDemo(): Promise<Demo> {
  const demo = fileURLToPath(new URL('demo.ts', import.meta.url));
  const args = ['--days', '60', '--devices', '16', '--quiet', '--keep'];
  const child = spawn(process.execPath, [demo, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, fail) => {
    let said = '';
    child.once('close', () => fail(new Error(`The demo ended early:\n${said}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = whereabouts(said);
      if (found !== null) done({ ...found, child });
    });
  });
}

type State = Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>;

/** Signs in once; every look begins with the session. */
async function signIn(browser: Browser, { url, password, key }: Demo, email: string): Promise<State> {
  const context = await browser.newContext({ baseURL: url });
  const post = async (path: string, data: object) => {
    const response = await context.request.post(path, {
      data,
      headers: { origin: url },
      timeout: PATIENCE_MS,
    });
    if (!response.ok()) throw new Error(`${path} answered ${response.status()}: ${await response.text()}`);
    return response.text();
  };
  const asked = await post('/v1/auth/sign-in', { email, password });
  if (asked.includes('"secondFactorRequired":true')) {
    await post('/v1/auth/two-factor/verify', { code: appCode(key, systemClock.now()) });
  }
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Open pages hear of changes by a stream that never ends, so "no more requests" never comes: what shows is waited for. */
async function settle(page: Page, shows: string | undefined): Promise<void> {
  await page.locator('h1').first().waitFor();
  if (shows !== undefined) await page.locator(shows).first().waitFor();
  await page.locator('body:not(:has(.mantine-Loader-root, .mantine-Skeleton-root))').waitFor();
  await page.evaluate(
    `document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))`,
  );
}

async function shoot(page: Page, { name, path, follow, shows }: Shot, look: LookName): Promise<void> {
  await page.goto(path, { waitUntil: 'domcontentloaded' });
  if (follow !== undefined) {
    const link = page.locator(`main ${follow}`).first();
    const target = await link.getAttribute('href');
    await page.goto(target ?? path, { waitUntil: 'domcontentloaded' });
  }
  await settle(page, shows);
  const picture = withPalette(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  const file = `${name}-${look}.png`;
  if (picture.length > BYTES_MAX) throw new Error(`${file} has ${picture.length} bytes.`);
  await writeFile(`${FOLDER}${file}`, picture);
  process.stdout.write(`docs/screenshots/${file} ${Math.ceil(picture.length / 1000)} kB\n`);
}

/** Milliseconds from the navigation to the first gauge that can be read, as the browser measures them. */
async function measureHome(page: Page): Promise<number> {
  await page.goto('/', { waitUntil: 'commit' });
  await page.locator('[role=meter]').first().waitFor();
  return Number(await page.evaluate('performance.now()'));
}

async function shootAll(browser: Browser, demo: Demo, email: string, shots: readonly Shot[]): Promise<void> {
  const storageState = await signIn(browser, demo, email);
  for (const look of EVERY) {
    const context = await browser.newContext({
      baseURL: demo.url,
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      storageState,
      ...LOOKS[look],
    });
    context.setDefaultTimeout(PATIENCE_MS);
    // Said in this browser, it goes before the language of the account.
    const language = LOOKS[look].locale.slice(0, 2);
    await context.addInitScript(
      `localStorage.setItem('neverout.language', '${language}'); localStorage.setItem('neverout.signed-in', 'yes')`,
    );
    const page = await context.newPage();
    for (const shot of shots.filter(({ looks }) => looks.includes(look))) await shoot(page, shot, look);
    if (shots === PORTAL) {
      process.stdout.write(`home readable after ${Math.round(await measureHome(page))} ms (${look})\n`);
    }
    await context.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { demo: { type: 'string' } } });
  const running = values.demo === undefined ? null : whereabouts(await readFile(values.demo, 'utf8'));
  if (values.demo !== undefined && running === null)
    throw new Error(`${values.demo} names no demo that stays up.`);
  const demo: Demo = running ?? (await startDemo());
  const executablePath = process.env['NEVEROUT_TEST_CHROMIUM'] ?? (await sparticuz.executablePath());
  const browser = await chromium.launch({
    executablePath,
    args: sparticuz.args.filter((arg) => !/single-process|disable-web-security/.test(arg)),
  });
  try {
    await mkdir(FOLDER, { recursive: true });
    // Pictures of pages that are no longer taken would go out of date unseen.
    const before = (await readdir(FOLDER)).filter((file) => file.endsWith('.png'));
    await Promise.all(before.map((file) => rm(`${FOLDER}${file}`)));
    await shootAll(browser, demo, 'customer@demo.example', PORTAL);
    await shootAll(browser, demo, 'ops@demo.example', CONSOLE);
  } finally {
    await browser.close();
    demo.child?.kill('SIGINT');
  }
}

await main();
