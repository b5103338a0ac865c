import type { Thresholds } from '../contracts/http/ops/thresholds.ts';
import { type Costs, DAY_MS, HOUR_MS, type PolicySettings } from '../core/types.ts';
import type { Config } from '../platform/config.ts';
import type { Queryable } from '../platform/order-store.ts';
import { configuredThresholds, readThresholds } from '../platform/thresholds.ts';

/** What the reorder rule weighs and waits for, the same for every consumable of this platform. */
export interface Policy {
  readonly settings: PolicySettings;
  readonly costs: Costs;
  /** How long an announcement waits for the merchant's quote; 0: quotes are not asked for. */
  readonly quoteWaitMs: number;
  /** What falls due within this may go with a parcel that leaves anyway; 0: nothing does. */
  readonly consolidationSlackMs: number;
  /** What one parcel less is worth beside its shipping. */
  readonly parcelWorthMinor: number;
}

const MINUTE_MS = 60_000;

export function policyFrom(thresholds: Thresholds, config: Config): Policy {
  return {
    settings: {
      reviewPeriodMs: thresholds.reviewPeriodHours * HOUR_MS,
      cancelWindowMs: thresholds.cancelWindowHours * HOUR_MS,
      staleAfterMs: thresholds.staleAfterDays * DAY_MS,
    },
    costs: {
      stockoutMinor: thresholds.costStockoutMinor,
      stockoutPerDayMinor: thresholds.costStockoutPerDayMinor,
      holdingPerDayMinor: thresholds.costHoldingPerDayMinor,
      shippingMinor: thresholds.costShippingMinor,
    },
    quoteWaitMs: config.QUOTE_WAIT_MINUTES * MINUTE_MS,
    consolidationSlackMs: config.CONSOLIDATION_SLACK_DAYS * DAY_MS,
    parcelWorthMinor: config.PARCEL_WORTH_MINOR,
  };
}

/** By the environment alone. */
export const policyOf = (config: Config): Policy => policyFrom(configuredThresholds(config), config);

/** In force now: the environment's, with what ops have changed since. */
export const currentPolicy = async (db: Queryable, config: Config): Promise<Policy> =>
  policyFrom(await readThresholds(db, config), config);
