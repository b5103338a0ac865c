import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { axeViolations } from './axe.ts';

/** A Chromium to use in place of the packaged one, which is built for Linux on x86-64 only. */
const OWN_CHROMIUM = process.env['NEVEROUT_TEST_CHROMIUM'];

/** Arguments of the packaged browser that would loosen what the pages must live with, or mix contexts up. */
const LOOSENING =
  /^--(disable-web-security|allow-running-insecure-content|single-process|disable-site-isolation-trials|in-process-gpu)/;

/** Drawing by a graphics card played in software costs as much as all else together; the plain way draws the same. */
const GRAPHICS = /^--(ignore-gpu-blocklist|use-gl|use-angle|enable-unsafe-swiftshader)/;
const isWanted = (arg: string) => !LOOSENING.test(arg) && !GRAPHICS.test(arg);

/** A real Chromium, with these arguments besides: never skipped. Without one the test fails and says what to do. */
export async function launchBrowser(...more: readonly string[]): Promise<Browser> {
  try {
    const executablePath = OWN_CHROMIUM ?? (await sparticuz.executablePath());
    const args = OWN_CHROMIUM === undefined ? sparticuz.args.filter(isWanted) : [];
    return await chromium.launch({ executablePath, args: [...args, '--disable-gpu', ...more] });
  } catch (error) {
    throw new Error('No Chromium starts here: name one in NEVEROUT_TEST_CHROMIUM.', { cause: error });
  }
}

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

export interface Visitor extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Fails with every console error, page error and request to elsewhere since the start. */
  readonly expectQuiet: () => void;
  /** Refusals that the test provokes: the browser notes each on its console. */
  readonly expectRefusals: (...statuses: readonly number[]) => void;
}

interface VisitorOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly locale?: string;
}

/** Somebody with a browser of their own, in front of one installation. */
export async function visit(browser: Browser, url: string, options: VisitorOptions = {}): Promise<Visitor> {
  const { viewport = DESKTOP, colorScheme = 'light', locale = 'en-GB' } = options;
  const context = await browser.newContext({
    baseURL: url,
    viewport,
    colorScheme,
    locale,
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    hasTouch: viewport.width < 600,
  });
  context.setDefaultTimeout(30_000);
  watchRequests(context);
  const page = await context.newPage();
  const trouble: string[] = [];
  const allowed = new Set<number>();
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const [, status] = /Failed to load resource: .* status of (\d+)/.exec(message.text()) ?? [];
    if (status !== undefined && allowed.has(Number(status))) return;
    trouble.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => trouble.push(`page error: ${error.error().stack}`));
  context.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(url) && !/^(data|blob):/.test(target)) trouble.push(`third party: ${target}`);
  });
  return {
    page,
    context,
    expectQuiet: () => expect(trouble).toEqual([]),
    expectRefusals: (...statuses) => {
      for (const status of statuses) allowed.add(status);
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Requests on their way; streams of what changes never end. */
const underWay = new WeakMap<BrowserContext, Set<Request>>();

function watchRequests(context: BrowserContext): void {
  const requests = new Set<Request>();
  underWay.set(context, requests);
  context.on('request', (request) => {
    if (request.resourceType() !== 'eventsource') requests.add(request);
  });
  context.on('requestfinished', (request) => requests.delete(request));
  context.on('requestfailed', (request) => requests.delete(request));
}

/** Two frames: what an answer brought is drawn, and has asked for what it needs. */
const DRAWN = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))';
const LOADERS = `document.querySelectorAll('.mantine-Loader-root, [aria-busy=true]').length`;

/** Waits until the page has all that it asks for, and shows it. */
export async function settled(page: Page): Promise<void> {
  const requests = underWay.get(page.context());
  await eventually(async () => {
    expect(requests?.size).toBe(0);
    await page.evaluate(DRAWN);
    expect(await page.evaluate(LOADERS), 'loaders').toBe(0);
    expect(requests?.size).toBe(0);
  });
}

/** WCAG 2.2, levels A and AA, as far as a machine can tell; `colours`: what another theme can break. */
export async function expectAccessible(page: Page, what?: 'colours'): Promise<void> {
  const viewport = page.viewportSize() ?? DESKTOP;
  // The whole page at once: a bar at the bottom covers part of a longer one, and axe takes that for small targets.
  const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
  await page.setViewportSize({ ...viewport, height: Math.max(height + 80, viewport.height) });
  const violations = await axeViolations(page, what);
  await page.setViewportSize(viewport);
  expect(violations, page.url()).toEqual([]);
}

/** Resolves when no colour is on its way to another. */
const FADED = `Promise.all(document.getAnimations().filter((a) => a instanceof CSSTransition)
  .map((a) => a.finished.catch(() => undefined))).then(() => undefined)`;

/**
 * Light and dark, as the system of whoever looks at it changes; colours that fade over are waited for. The second
 * theme changes nothing but colours.
 */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const [colorScheme, what] of [['dark'], ['light', 'colours']] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    await page.evaluate(FADED);
    await expectAccessible(page, what);
  }
}
