import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

// Its last value would be sent here if it had one that can be: what axe is.
const SOURCE = `${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')};0`;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
/** All rules of these levels that look at colours: what another theme can break. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * What axe finds on the page as it is now: rule, and where. It runs in the page's own world through the debugger,
 * so that the page's Content-Security-Policy stays in force. `colours`: for another theme of a page that was looked
 * at as a whole.
 */
export async function axeViolations(page: Page, what: 'all' | 'colours' = 'all'): Promise<string[]> {
  const isLoaded = await page.evaluate('typeof globalThis.axe === "object"');
  if (isLoaded !== true) await page.evaluate(SOURCE);
  const runOnly = what === 'all' ? TAGS : { type: 'rule', values: COLOUR_RULES };
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ': ' + failureSummary)))`,
  );
  return found as string[];
}
