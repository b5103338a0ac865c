import type { Config } from '../../platform/config.ts';
import type { AdapterSettings } from './registry.ts';

export const adapterSettings = (config: Config): AdapterSettings => ({
  merchantFolder: config.MERCHANT_FOLDER,
});
