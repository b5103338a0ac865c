/**
 * The kinds of merchants, by the name in `merchant.adapter`, with the addresses that each can have. A new
 * one is a line here, its file beside rules/merchants/registry.ts, and its line there, without which it
 * does not compile.
 */
export const MERCHANT_ADAPTERS = {
  'open-contract': {
    about: 'The open contract over HTTP (docs/merchants.md).',
    address: /^https?:\/\/[^/@]+(\/|$)/,
  },
  'csv-folder': {
    about: 'Purchase orders as CSV files in a folder that the merchant, or its SFTP server, shares.',
    address: /^folder:[a-z0-9][a-z0-9-]{0,62}$/,
  },
} as const satisfies Record<string, { readonly about: string; readonly address: RegExp }>;

export type AdapterName = keyof typeof MERCHANT_ADAPTERS;
export const ADAPTER_NAMES = Object.keys(MERCHANT_ADAPTERS) as [AdapterName, ...AdapterName[]];
