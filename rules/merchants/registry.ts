import type { AdapterName } from '../../contracts/merchant-adapters.ts';
import { createCsvFolderMerchant } from './csv-folder-merchant.ts';
import { createHttpMerchant } from './http-merchant.ts';
import type { MerchantPort } from './merchant-port.ts';

/** A merchant as the database knows it. */
export interface MerchantAccount {
  /** A name of contracts/merchant-adapters.ts. */
  readonly adapter: string;
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** What an adapter needs of this installation, whichever merchant it speaks to. */
export interface AdapterSettings {
  /** Parent of the folders of merchants that take files; undefined: none does. */
  readonly merchantFolder: string | undefined;
}

/** A checkout may take seconds; one that takes longer has a problem and is asked again later. */
const WRITE_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 5_000;

type OpenMerchant = (account: MerchantAccount, settings: AdapterSettings) => MerchantPort;

/** Every adapter by its name: another kind of merchant is one file and one line here. */
const ADAPTERS: Readonly<Record<AdapterName, OpenMerchant>> = {
  'open-contract': ({ baseUrl, apiKey }) =>
    createHttpMerchant({ baseUrl, apiKey, writeTimeoutMs: WRITE_TIMEOUT_MS, readTimeoutMs: READ_TIMEOUT_MS }),
  'csv-folder': ({ baseUrl }, { merchantFolder }) =>
    createCsvFolderMerchant({ address: baseUrl, parent: merchantFolder }),
};

const isAdapter = (name: string): name is AdapterName => Object.hasOwn(ADAPTERS, name);

/** Throws RangeError for a merchant whose adapter this version does not have. */
export function merchantOf(account: MerchantAccount, settings: AdapterSettings): MerchantPort {
  if (!isAdapter(account.adapter)) throw new RangeError(`No merchant adapter is named ${account.adapter}`);
  return ADAPTERS[account.adapter](account, settings);
}
