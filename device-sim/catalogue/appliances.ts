import type { CatalogueModel, CatalogueSlot } from './catalogue-types.ts';

const appliance = (
  make: string,
  model: string,
  family: string,
  counterKey: string,
  slots: readonly CatalogueSlot[],
): CatalogueModel => ({ make, model, family, counterKey, source: 'data-sheet', slots });

/** Weighed or metered: the device reports what is left in its unit. */
const weighed = { polarity: 'depletes', gaugeNoise: 0.008, shareOfUses: 1 } as const;

/**
 * Appliances of a household or a small office. The makes are the project's own: such devices speak
 * Neverout's protocol through a load cell, a flow meter or a dose counter; the sizes are those of usual refills.
 */
export const APPLIANCES: readonly CatalogueModel[] = [
  appliance('Homestead', 'Fridge FS-4 milk shelf', 'fridge', 'glasses', [
    {
      ...weighed,
      key: 'milk',
      name: 'Milk',
      gaugeQuantum: 0.025,
      amount: { unit: 'l', capacity: 4 },
      yieldUses: 20,
      typicalLifeDays: 8,
      shelfLifeDays: 60,
      product: { sku: 'MILK-UHT-8', name: 'Long-life milk, 8 cartons', unitPriceMinor: 1040, packSize: 2 },
    },
  ]),
  appliance('Barista', 'Bean-to-cup B2', 'coffee machine', 'cups', [
    {
      ...weighed,
      key: 'beans',
      name: 'Coffee beans',
      gaugeQuantum: 0.01,
      amount: { unit: 'g', capacity: 1000 },
      yieldUses: 110,
      typicalLifeDays: 18,
      shelfLifeDays: 365,
      product: { sku: 'BEANS-1000', name: 'Coffee beans, 1 kg', unitPriceMinor: 1790, packSize: 1 },
    },
    {
      key: 'grounds',
      name: 'Grounds filter',
      polarity: 'fills',
      gaugeQuantum: 0.01,
      gaugeNoise: 0.002,
      yieldUses: 350,
      shareOfUses: 1,
      typicalLifeDays: 55,
      product: { sku: 'FILTER-G2', name: 'Grounds filter bag', unitPriceMinor: 690, packSize: 1 },
    },
  ]),
  appliance('Cleanhand', 'Foam dispenser D1', 'soap dispenser', 'doses', [
    {
      ...weighed,
      key: 'soap',
      name: 'Foam soap',
      gaugeQuantum: 0.05,
      amount: { unit: 'ml', capacity: 1000 },
      yieldUses: 1250,
      typicalLifeDays: 25,
      product: { sku: 'SOAP-F1-2', name: 'Foam soap refill, 2 x 1 l', unitPriceMinor: 2150, packSize: 2 },
    },
  ]),
  appliance('Cleanhand', 'Towel dispenser T4', 'towel dispenser', 'sheets', [
    {
      ...weighed,
      key: 'towels',
      name: 'Paper towels',
      gaugeQuantum: 0.1,
      gaugeNoise: 0.01,
      yieldUses: 900,
      typicalLifeDays: 20,
      product: { sku: 'TOWEL-R900', name: 'Towel roll, 900 sheets', unitPriceMinor: 1490, packSize: 1 },
    },
  ]),
  appliance('Homestead', 'Washer W9 detergent tank', 'washing machine', 'washes', [
    {
      ...weighed,
      key: 'detergent',
      name: 'Detergent',
      gaugeQuantum: 0.02,
      amount: { unit: 'ml', capacity: 1500 },
      yieldUses: 25,
      typicalLifeDays: 40,
      product: { sku: 'DETERGENT-1500', name: 'Detergent, 1.5 l', unitPriceMinor: 990, packSize: 1 },
    },
  ]),
  appliance('Homestead', 'Feeder P3', 'pet feeder', 'meals', [
    {
      ...weighed,
      key: 'kibble',
      name: 'Cat food',
      gaugeQuantum: 0.01,
      amount: { unit: 'g', capacity: 3000 },
      yieldUses: 75,
      typicalLifeDays: 30,
      shelfLifeDays: 300,
      product: { sku: 'KIBBLE-3000', name: 'Cat food, 3 kg', unitPriceMinor: 2290, packSize: 1 },
    },
  ]),
];
