import type { Surroundings } from '../context/surroundings.ts';

export const SCOPE_KINDS = ['firmware', 'model', 'product', 'all'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/** What a breaker watches by itself: each firmware of each model, each model, each product, the fleet. */
export interface BreakerScope {
  readonly key: string;
  readonly kind: ScopeKind;
  readonly halt: {
    readonly productId: string | null;
    readonly deviceModelId: string | null;
    readonly firmware: string | null;
  };
}

const EVERYTHING = { productId: null, deviceModelId: null, firmware: null };

export const modelScope = (deviceModelId: string): string => `model:${deviceModelId}`;
const firmwareScope = (deviceModelId: string, firmware: string): string =>
  `firmware:${deviceModelId}:${firmware}`;

type Subject = Pick<Surroundings, 'deviceModelId' | 'firmware'> & { readonly productId: string };

/** The scopes that an order counts in, from the narrowest. */
export function scopesOf({ deviceModelId, firmware, productId }: Subject): readonly string[] {
  return [
    ...(firmware === null ? [] : [firmwareScope(deviceModelId, firmware)]),
    modelScope(deviceModelId),
    `product:${productId}`,
    'all',
  ];
}

/** A scope by its key, as `order_rate` keeps it. */
export function scopeOf(key: string): BreakerScope {
  const [kind = '', id = '', ...version] = key.split(':');
  switch (kind) {
    case 'firmware':
      return { key, kind, halt: { ...EVERYTHING, deviceModelId: id, firmware: version.join(':') } };
    case 'model':
      return { key, kind, halt: { ...EVERYTHING, deviceModelId: id } };
    case 'product':
      return { key, kind, halt: { ...EVERYTHING, productId: id } };
    default:
      return { key: 'all', kind: 'all', halt: EVERYTHING };
  }
}
