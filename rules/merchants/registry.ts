import { createHttpMerchant } from './http-merchant.ts';
import type { MerchantPort } from './merchant-port.ts';

/** A merchant as the database knows it. */
export interface MerchantAccount {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** A checkout may take seconds; one that takes longer has a problem and is asked again later. */
const WRITE_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 5_000;

const openContract = (account: MerchantAccount): MerchantPort =>
  createHttpMerchant({ ...account, writeTimeoutMs: WRITE_TIMEOUT_MS, readTimeoutMs: READ_TIMEOUT_MS });

/** Adapters by the scheme of the merchant's base URL: another kind of merchant is one file and one line here. */
const ADAPTERS: Readonly<Record<string, (account: MerchantAccount) => MerchantPort>> = {
  'http:': openContract,
  'https:': openContract,
};

/** Throws RangeError when nothing here speaks the merchant's scheme. */
export function merchantOf(account: MerchantAccount): MerchantPort {
  const { protocol } = new URL(account.baseUrl);
  const adapter = ADAPTERS[protocol];
  if (adapter === undefined) throw new RangeError(`No merchant adapter speaks ${protocol}`);
  return adapter(account);
}
