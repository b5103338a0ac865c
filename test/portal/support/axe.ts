import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/**
 * What axe finds on the page as it is now: rule, and where. It runs in the page's own world through the debugger,
 * so that the page's Content-Security-Policy stays in force.
 */
export async function axeViolations(page: Page): Promise<string[]> {
  const isLoaded = await page.evaluate('typeof globalThis.axe === "object"');
  if (isLoaded !== true) await page.evaluate(SOURCE);
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ': ' + failureSummary)))`,
  );
  return found as string[];
}
