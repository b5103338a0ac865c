import { randomUUID } from 'node:crypto';
import type { Database } from '../../platform/database.ts';

export interface SeededConsumable {
  readonly customerId: string;
  readonly deviceModelId: string;
  readonly deviceId: string;
  readonly consumableId: string;
  readonly productId: string;
  readonly merchantId: string;
}

/** One customer with one printer, its black toner, and a product that fits: the least that an order needs. */
export async function seedConsumable(database: Database, now: number): Promise<SeededConsumable> {
  const at = new Date(now);
  const ids = {
    customerId: randomUUID(),
    deviceModelId: randomUUID(),
    deviceId: randomUUID(),
    consumableId: randomUUID(),
    productId: randomUUID(),
    merchantId: randomUUID(),
  };
  const { prisma } = database;
  await prisma.customer.create({
    data: {
      id: ids.customerId,
      name: 'Customer',
      // Whoever cannot be told is not ordered for.
      email: `${ids.customerId}@example.org`,
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      createdAt: at,
    },
  });
  await prisma.deviceModel.create({
    data: {
      id: ids.deviceModelId,
      make: 'Make',
      model: ids.deviceModelId,
      family: 'laser printer',
      createdAt: at,
      slots: {
        create: {
          key: 'black',
          name: 'Black toner',
          typicalLifeDays: 90,
          counterKey: 'pages',
          yieldUses: 2000,
        },
      },
    },
  });
  await prisma.merchant.create({
    data: {
      id: ids.merchantId,
      name: ids.merchantId,
      baseUrl: 'http://127.0.0.1:9',
      apiKey: 'key',
      webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      leadTimePmf: [0, 0, 0.5, 0.5],
      createdAt: at,
    },
  });
  await prisma.product.create({
    data: {
      id: ids.productId,
      merchantId: ids.merchantId,
      sku: ids.productId,
      name: 'Black toner',
      unitPriceMinor: 5000,
      currency: 'EUR',
      createdAt: at,
      fits: { create: { deviceModelId: ids.deviceModelId, slotKey: 'black' } },
    },
  });
  await prisma.device.create({
    data: {
      id: ids.deviceId,
      customerId: ids.customerId,
      deviceModelId: ids.deviceModelId,
      name: 'Printer',
      createdAt: at,
      consumables: {
        create: {
          id: ids.consumableId,
          key: 'black',
          deviceModelId: ids.deviceModelId,
          customerId: ids.customerId,
          productId: ids.productId,
          strategy: 'automatic',
          createdAt: at,
          state: { create: { evaluateAt: at } },
        },
      },
    },
  });
  return ids;
}
