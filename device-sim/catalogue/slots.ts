import type { CatalogueSlot } from './catalogue-types.ts';

/** Pages a month that makers assume for a small office: what a yield is turned into days with. */
const PAGES_PER_DAY = 40;
const DAYS_AT_LEAST = 10;

/** SKU, price in euro cents and declared pages of a cartridge. */
type Cartridge = readonly [sku: string, priceMinor: number, pages: number];

const percentGauge = { gaugeQuantum: 0.01, gaugeNoise: 0.004 };

const lifeDays = (pages: number, share: number): number =>
  Math.max(Math.round(pages / (PAGES_PER_DAY * share)), DAYS_AT_LEAST);

function slot(
  key: string,
  name: string,
  [sku, unitPriceMinor, yieldUses]: Cartridge,
  more: Partial<CatalogueSlot> = {},
): CatalogueSlot {
  const shareOfUses = more.shareOfUses ?? 1;
  return {
    key,
    name,
    polarity: 'depletes',
    ...percentGauge,
    yieldUses,
    shareOfUses,
    typicalLifeDays: lifeDays(yieldUses, shareOfUses),
    product: { sku, name: `${name} ${sku}`, unitPriceMinor, packSize: 1 },
    ...more,
  };
}

/** Makers of office printers assume that about four pages in ten are in colour. */
const COLOUR_SHARE = 0.4;

export const black = (cartridge: Cartridge, more?: Partial<CatalogueSlot>): CatalogueSlot =>
  slot('black', 'Black toner', cartridge, more);

export const drum = (cartridge: Cartridge): CatalogueSlot => slot('drum', 'Drum unit', cartridge);

/** A receptacle that fills: its level is the space left. */
export const waste = (key: string, name: string, cartridge: Cartridge): CatalogueSlot =>
  slot(key, name, cartridge, { polarity: 'fills' });

/** Cyan, magenta and yellow of one series that differ by their letter only. */
export function colours(
  kind: 'toner' | 'ink',
  skus: readonly [cyan: string, magenta: string, yellow: string],
  priceMinor: number,
  pages: number,
  more?: Partial<CatalogueSlot>,
): CatalogueSlot[] {
  const [cyan, magenta, yellow] = skus;
  const named = [
    ['cyan', cyan],
    ['magenta', magenta],
    ['yellow', yellow],
  ] as const;
  return named.map(([colour, sku]) =>
    slot(colour, `${colour.charAt(0).toUpperCase()}${colour.slice(1)} ${kind}`, [sku, priceMinor, pages], {
      shareOfUses: COLOUR_SHARE,
      ...more,
    }),
  );
}

export const blackInk = (cartridge: Cartridge, more?: Partial<CatalogueSlot>): CatalogueSlot =>
  slot('black', 'Black ink', cartridge, more);

export const colourInk = (cartridge: Cartridge, more?: Partial<CatalogueSlot>): CatalogueSlot =>
  slot('colour', 'Colour ink', cartridge, { shareOfUses: COLOUR_SHARE, ...more });
