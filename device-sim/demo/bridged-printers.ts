import type { DevicePlan } from '../fleet/sim-device.ts';
import { isCovered } from './roles.ts';
import type { WorldPlan } from './world-plan.ts';

/** Slots that an emulated printer can tell of so that a bridge finds the same keys again. */
const PLAIN_SLOTS = new Set(['black', 'cyan', 'magenta', 'yellow', 'drum', 'waste']);

function isPlainPrinter({ kind }: DevicePlan): boolean {
  const plain = kind.slots.every(
    ({ key, tells, amount }) => PLAIN_SLOTS.has(key) && tells === 'level' && amount === undefined,
  );
  return plain && kind.counterKey === 'pages' && kind.capture === null;
}

/**
 * Puts up to `count` printers of customers who let the platform order behind a bridge. They are printers
 * that speak SNMP or IPP and nothing else: they tell of no swap by themselves, and do nothing wrong over
 * MQTT, so their misdeeds are done by others.
 */
export function putBehindBridge(
  plan: WorldPlan,
  count: number,
): { plan: WorldPlan; names: readonly string[] } {
  const all = plan.customers.flatMap(({ devices }) => devices);
  const fit = plan.customers
    .filter(({ role }) => isCovered(role))
    .flatMap(({ devices }) => devices.filter(isPlainPrinter));
  const names = fit.slice(0, count).map(({ name }) => name);
  const others = all.map(({ name }) => name).filter((name) => !names.includes(name));
  if (others.length === 0) return { plan, names: [] };
  const customers = plan.customers.map((customer) => ({
    ...customer,
    devices: customer.devices.map((device) =>
      names.includes(device.name) ? { ...device, notifiesSwap: false, tellsSerial: false } : device,
    ),
  }));
  const misdeeds = plan.misdeeds.map((misdeed, i) =>
    names.includes(misdeed.device)
      ? { ...misdeed, device: others[i % others.length] ?? misdeed.device }
      : misdeed,
  );
  return { plan: { ...plan, customers, misdeeds }, names };
}
