import type { Surroundings } from '../context/surroundings.ts';

/** What a breaker watches by itself: the fleet, each model, each of its firmwares, each product. */
export interface BreakerScope {
  readonly key: string;
  readonly halt: {
    readonly productId: string | null;
    readonly deviceModelId: string | null;
    readonly firmware: string | null;
  };
}

const EVERYTHING = { productId: null, deviceModelId: null, firmware: null };

export const modelScope = (deviceModelId: string): string => `model:${deviceModelId}`;

type Subject = Pick<Surroundings, 'deviceModelId' | 'firmware'> & { readonly productId: string };

/** The scopes that an order counts in, from the narrowest. */
export function scopesOf({ deviceModelId, firmware, productId }: Subject): readonly BreakerScope[] {
  return [
    ...(firmware === null
      ? []
      : [
          {
            key: `firmware:${deviceModelId}:${firmware}`,
            halt: { ...EVERYTHING, deviceModelId, firmware },
          },
        ]),
    { key: `product:${productId}`, halt: { ...EVERYTHING, productId } },
    { key: modelScope(deviceModelId), halt: { ...EVERYTHING, deviceModelId } },
    { key: 'all', halt: EVERYTHING },
  ];
}
