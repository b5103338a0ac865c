import { deviceEventSchema } from '../contracts/mqtt.ts';
import { checkClock } from './clock-check.ts';
import { type Arrival, isForbidden } from './decode-telemetry.ts';
import type { EventRow } from './ingest-rows.ts';
import { describeIssues, parseJson } from './parse-json.ts';
import type { Refused } from './refusal.ts';

export type DecodedEvent = { readonly event: EventRow } | { readonly refused: Refused };

/** Turns a payload into the event to store or its refusal. Never throws. */
export function decodeEvent(payload: Buffer, { device, receivedAt, clock }: Arrival): DecodedEvent {
  const json = parseJson(payload);
  if ('refused' in json) return json;
  const parsed = deviceEventSchema.safeParse(json.value);
  if (!parsed.success) return refuse('bad-schema', describeIssues(parsed.error));
  const { type, seq, consumable, detail, historical = false } = parsed.data;
  const at = Date.parse(parsed.data.at);
  const wrongClock = checkClock(at, historical, receivedAt, clock);
  if (wrongClock !== null) return refuse(wrongClock, `at is ${parsed.data.at}`);
  if (detail?.includes('\0') === true) return refuse('impossible-value', 'detail holds a NUL character');
  const slot = consumable === undefined ? undefined : device.slots.get(consumable);
  if (consumable !== undefined && slot === undefined) {
    return refuse('unknown-consumable', `consumable ${JSON.stringify(consumable)}`);
  }
  // A button is somebody's request, made just now; everything else a device says by itself.
  const meant = slot === undefined ? [...device.slots.values()] : [slot];
  if (type !== 'button' && meant.length > 0 && meant.every((one) => isForbidden(one, receivedAt))) {
    return refuse('no-consent', `event ${type}`);
  }
  const consumableId = slot?.consumableId ?? null;
  const common = { deviceId: device.id, at, seq, receivedAt, historical };
  return { event: { ...common, consumableId, type, detail: detail ?? null } };
}

const refuse = (reason: Refused['reason'], detail: string): DecodedEvent => ({ refused: { reason, detail } });
