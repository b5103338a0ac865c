import { z } from 'zod';
import type { Telemetry } from '../../contracts/mqtt.ts';
import { explainRefusal } from './explain.ts';

const deviceSchema = z.object({ consumables: z.array(z.object({ id: z.string(), key: z.string() })) });
const readingsSchema = z.object({
  items: z.array(
    z.object({ at: z.string(), seq: z.number(), levelKind: z.string(), level: z.number().nullable() }),
  ),
});
const consumableSchema = z.object({
  level: z.number().nullable(),
  runOut: z.object({ p50: z.string().nullable() }),
  sentence: z.string().nullable(),
});
const deadLettersSchema = z.object({
  items: z.array(z.object({ receivedAt: z.string(), reason: z.string(), detail: z.string() })),
});

/** Refusals are written behind; they are there within a moment. */
const LOOK_FOR_MS = 5000;
/** Of a message that names no consumable, only a refusal can be seen. */
const LOOK_FOR_REFUSAL_MS = 1500;
const PAUSE_MS = 200;
/** Of what comes after a withdrawn consent nothing may be kept, not even the refusal. */
const NO_TRACE =
  'no refusal is recorded: the customer may have withdrawn the consent to telemetry (no-consent)';

/** Reads the platform's API; a failed call says which. */
export class PlatformReader {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/u, '');
    this.#token = token;
  }

  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    const response = await fetch(`${this.#url}${path}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
    return schema.parse(await response.json());
  }

  /** Dead letters of a device that were not there when `known` was taken. */
  async refusals(deviceId: string, since: readonly string[] = []): Promise<{ id: string; text: string }[]> {
    const { items } = await this.get(`/v1/dead-letters?deviceId=${deviceId}&limit=200`, deadLettersSchema);
    return items
      .map(({ receivedAt, reason, detail }) => ({
        id: `${receivedAt} ${reason} ${detail}`,
        text: explainRefusal(reason, detail),
      }))
      .filter(({ id }) => !since.includes(id));
  }
}

/**
 * What became of a telemetry message that was acknowledged: a line for each consumable (stored, or not),
 * what is believed of it now, and every new refusal. Looks until all of it is accounted for.
 */
export async function outcomeOf(
  reader: PlatformReader,
  deviceId: string,
  { at, seq, consumables }: Pick<Telemetry, 'at' | 'seq' | 'consumables'>,
  knownRefusals: readonly string[],
): Promise<string[]> {
  const device = await reader.get(`/v1/devices/${deviceId}`, deviceSchema);
  const keys = Object.keys(consumables);
  const deadline = performance.now() + (keys.length === 0 ? LOOK_FOR_REFUSAL_MS : LOOK_FOR_MS);
  for (;;) {
    const stored = await storedOf(reader, device, keys, Date.parse(at), seq);
    const refusals = await reader.refusals(deviceId, knownRefusals);
    const missing = keys.filter((key) => !stored.has(key));
    if ((keys.length > 0 && missing.length === 0) || refusals.length > 0 || performance.now() > deadline) {
      return [
        ...stored.values(),
        ...missing.map((key) => `${key}: not stored`),
        ...(missing.length > 0 && refusals.length === 0 ? [NO_TRACE] : []),
        ...refusals.map(({ text }) => `refused, ${text}`),
      ];
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function storedOf(
  reader: PlatformReader,
  device: z.output<typeof deviceSchema>,
  keys: readonly string[],
  at: number,
  seq: number,
): Promise<Map<string, string>> {
  const stored = new Map<string, string>();
  for (const key of keys) {
    const consumable = device.consumables.find((candidate) => candidate.key === key);
    if (consumable === undefined) continue;
    const { items } = await reader.get(`/v1/consumables/${consumable.id}/readings?limit=200`, readingsSchema);
    const reading = items.find((item) => Date.parse(item.at) === at && item.seq === seq);
    if (reading === undefined) continue;
    const now = await reader.get(`/v1/consumables/${consumable.id}`, consumableSchema);
    const level = reading.level === null ? reading.levelKind : percent(reading.level);
    stored.set(key, `${key}: stored, ${level}. ${beliefOf(now)}`);
  }
  return stored;
}

const percent = (fraction: number): string => `${Math.round(fraction * 1000) / 10} %`;

function beliefOf({ level, runOut, sentence }: z.output<typeof consumableSchema>): string {
  if (level === null && sentence === null) return 'Not evaluated yet.';
  const believed = level === null ? 'level not known' : `believed ${percent(level)}`;
  const out = runOut.p50 === null ? '' : `, runs out about ${runOut.p50.slice(0, 10)}`;
  return `Now ${believed}${out}.${sentence === null ? '' : ` ${sentence}`}`;
}
