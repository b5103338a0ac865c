import { expect, test } from 'vitest';
import { newDeviceModelSchema } from '../../contracts/http/device-models.ts';
import { catalogueItemSchema } from '../../contracts/merchant.ts';
import { CATALOGUE } from '../../device-sim/catalogue/catalogue.ts';

test('there are at least fifteen real printers and some appliances, each model once', () => {
  const printers = CATALOGUE.filter((model) => model.family.includes('printer'));
  expect(printers.length).toBeGreaterThanOrEqual(15);
  expect(CATALOGUE.length).toBeGreaterThan(printers.length + 4);
  expect(new Set(CATALOGUE.map(({ make, model }) => `${make} ${model}`)).size).toBe(CATALOGUE.length);
});

test.each(CATALOGUE.map((model) => [`${model.make} ${model.model}`, model] as const))(
  '%s',
  (_name, model) => {
    const slots = model.slots.map(({ amount, product: _product, shareOfUses: _share, ...slot }) => ({
      ...slot,
      counterKey: model.counterKey,
      unit: amount?.unit ?? null,
      capacity: amount?.capacity ?? null,
    }));
    const { make, model: name, family } = model;
    expect(newDeviceModelSchema.safeParse({ make, model: name, family, slots }).error).toBeUndefined();
    expect(new Set(model.slots.map(({ key }) => key)).size).toBe(model.slots.length);
    expect(model.slots.some(({ shareOfUses }) => shareOfUses === 1)).toBe(true);
    for (const { product, shareOfUses, yieldUses, typicalLifeDays, polarity, key } of model.slots) {
      const item = { ...product, currency: 'EUR', minimumQuantity: 1 };
      expect(catalogueItemSchema.safeParse(item).error).toBeUndefined();
      expect(shareOfUses).toBeGreaterThan(0);
      expect(shareOfUses).toBeLessThanOrEqual(1);
      expect(yieldUses).toBeGreaterThan(0);
      expect(typicalLifeDays).toBeGreaterThan(1);
      expect(polarity).toBe(/waste|box|grounds/.test(key) ? 'fills' : 'depletes');
    }
  },
);

test('an SKU is one product at one price', () => {
  const products = new Map<string, string>();
  for (const { product } of CATALOGUE.flatMap(({ slots }) => slots)) {
    const known = products.get(product.sku) ?? JSON.stringify(product);
    expect(JSON.stringify(product)).toBe(known);
    products.set(product.sku, known);
  }
});
