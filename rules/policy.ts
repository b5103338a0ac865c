import { type Costs, DAY_MS, HOUR_MS, type PolicySettings } from '../core/types.ts';
import type { Config } from '../platform/config.ts';

/** What the reorder rule weighs and waits for, the same for every consumable of this platform. */
export interface Policy {
  readonly settings: PolicySettings;
  readonly costs: Costs;
}

export function policyOf(config: Config): Policy {
  return {
    settings: {
      reviewPeriodMs: config.REVIEW_PERIOD_HOURS * HOUR_MS,
      cancelWindowMs: config.CANCEL_WINDOW_HOURS * HOUR_MS,
      staleAfterMs: config.STALE_AFTER_DAYS * DAY_MS,
    },
    costs: {
      stockoutMinor: config.COST_STOCKOUT_MINOR,
      stockoutPerDayMinor: config.COST_STOCKOUT_PER_DAY_MINOR,
      holdingPerDayMinor: config.COST_HOLDING_PER_DAY_MINOR,
      shippingMinor: config.COST_SHIPPING_MINOR,
    },
  };
}
