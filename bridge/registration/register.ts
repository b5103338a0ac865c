import { type Credential, credentialOf } from '../credentials.ts';
import type { Printer } from '../printer.ts';
import { nameOf } from '../status.ts';
import { modelOf, type NewDeviceModel } from './model-of.ts';
import type { PlatformApi, PlatformModel } from './platform-api.ts';

export interface RegisterOptions {
  readonly customerId: string | null;
  readonly strategy: string;
  /** Called after each device, since its secret is told only once. */
  readonly save: (credentials: readonly Credential[]) => void;
  readonly say: (line: string) => void;
}

/**
 * Makes a device, and its model if the platform has none, of every printer found that has supplies and no
 * credentials yet. A known printer with new supplies gets the slots. Returns all credentials.
 */
export async function registerPrinters(
  printers: readonly Printer[],
  known: readonly Credential[],
  api: PlatformApi,
  { customerId, strategy, save, say }: RegisterOptions,
): Promise<Credential[]> {
  const credentials = [...known];
  const models = await api.models();
  for (const printer of printers) {
    const name = nameOf(printer);
    const place = printer.places[0] ?? '';
    const host = place.replace(/:\d+:\d+$/u, '');
    const { identity, supplies } = printer.observation;
    if (supplies.length === 0) {
      say(`${name} at ${host}: tells of no supplies by ${printer.via.join(' or ')}; not registered.`);
      continue;
    }
    const model = await modelWithSlots(modelOf(printer.observation, host), models, api);
    const keys = model.slots.map(({ key }) => key);
    const old = credentialOf(credentials, identity, place);
    if (old !== undefined) {
      credentials[credentials.indexOf(old)] = { ...old, keys, place };
      save(credentials);
      say(`${name} at ${host}: known as device ${old.deviceId}.`);
      continue;
    }
    const serial = identity.serial ?? null;
    const device = await api.addDevice({ deviceModelId: model.id, name, serial, customerId, strategy });
    credentials.push({ deviceId: device.id, secret: device.secret, identity, place, keys, name });
    save(credentials);
    say(
      `${name} at ${host}: registered as device ${device.id} with ${supplies.map(({ key }) => key).join(', ')}.`,
    );
  }
  return credentials;
}

async function modelWithSlots(
  wanted: NewDeviceModel,
  models: PlatformModel[],
  api: PlatformApi,
): Promise<PlatformModel> {
  const at = models.findIndex(({ make, model }) => make === wanted.make && model === wanted.model);
  const found = models[at];
  if (found === undefined) {
    const added = await api.addModel(wanted);
    models.push(added);
    return added;
  }
  let model = found;
  for (const slot of wanted.slots) {
    if (!model.slots.some(({ key }) => key === slot.key)) model = await api.addSlot(model.id, slot);
  }
  models[at] = model;
  return model;
}
