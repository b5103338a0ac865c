import { z } from 'zod';
import { StartError } from '../../platform/start-error.ts';
import type { NewDeviceModel, NewSlot } from './model-of.ts';

const modelSchema = z.object({
  id: z.guid(),
  make: z.string(),
  model: z.string(),
  slots: z.array(z.object({ key: z.string() })),
});
const modelsSchema = z.object({ items: z.array(modelSchema), nextCursor: z.string().nullable() });
const deviceSchema = z.object({
  id: z.guid(),
  secret: z.string(),
  consumables: z.array(z.object({ key: z.string() })),
});
const problemSchema = z.object({ title: z.string().optional(), detail: z.string().optional() });

export type PlatformModel = z.infer<typeof modelSchema>;
export interface NewDevice {
  readonly deviceModelId: string;
  readonly name: string;
  readonly serial: string | null;
  readonly customerId: string | null;
  readonly strategy: string;
}

const ANSWER_WITHIN_MS = 15_000;

/** The few calls that registering printers takes. Every failure is a StartError in one sentence. */
export class PlatformApi {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/u, '');
    this.#token = token;
  }

  async models(): Promise<PlatformModel[]> {
    const models: PlatformModel[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = modelsSchema.parse(await this.#call('GET', `/v1/device-models?limit=200${query}`));
      models.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return models;
  }

  async addModel(model: NewDeviceModel): Promise<PlatformModel> {
    return modelSchema.parse(await this.#call('POST', '/v1/device-models', model));
  }

  async addSlot(modelId: string, { key, ...profile }: NewSlot): Promise<PlatformModel> {
    const path = `/v1/device-models/${modelId}/slots/${encodeURIComponent(key)}`;
    return modelSchema.parse(await this.#call('PUT', path, profile));
  }

  async addDevice(device: NewDevice): Promise<z.infer<typeof deviceSchema>> {
    return deviceSchema.parse(await this.#call('POST', '/v1/devices', device));
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StartError(`The platform's API at ${this.#url} does not answer: ${why}.`);
    }
    const json: unknown = await response.json().catch(() => null);
    if (response.ok) return json;
    const problem = problemSchema.safeParse(json).data;
    const why = problem?.detail ?? problem?.title ?? response.statusText;
    throw new StartError(`The platform refuses ${method} ${path} (${response.status}): ${why}`);
  }
}
