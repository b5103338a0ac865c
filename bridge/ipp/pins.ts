import { z } from 'zod';
import { samePrinter } from '../../contracts/printer/merge.ts';
import type { PrinterIdentity } from '../../contracts/printer/observation.ts';
import { StartError } from '../../platform/start-error.ts';
import { readIfThere, writeAtomically } from '../files.ts';

const fingerprint = z.string().regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
const pinSchema = z.strictObject({
  fingerprint,
  /** Where it was seen last, `host:port`. */
  place: z.string(),
  /** Whose it is; empty of a printer that says nothing of itself and is known by its place. */
  identity: z.strictObject({
    serial: z.string().optional(),
    uuid: z.string().optional(),
    mac: z.string().optional(),
    manufacturer: z.string().optional(),
  }),
});
export type Pin = z.infer<typeof pinSchema>;
const fileSchema = z.union([
  z.strictObject({ pins: z.array(pinSchema) }),
  // What earlier versions wrote: fingerprints by place.
  z.record(z.string(), fingerprint).transform((places) => ({
    pins: Object.entries(places).map(([place, print]): Pin => ({ fingerprint: print, place, identity: {} })),
  })),
]);

/** What answered at a place; `fingerprint` is null when it showed no certificate. */
interface Shown {
  readonly place: string;
  readonly fingerprint: string | null;
  readonly identity: PrinterIdentity;
}

/**
 * SHA-256 fingerprints of printers' certificates, trusted on first use: printers sign their own. A pin belongs
 * to the printer and not to its address, so that an address that the network gives to another printer neither
 * locks that one out nor lets it pass for the first. A certificate that changes is refused until its owner
 * forgets the old one, for it may be somebody else who answers.
 */
export interface Pins {
  /** The pin that speaks against what answered, or null: it is the known one, or new, and remembered now. */
  contradiction(shown: Shown): Pin | null;
  readonly all: readonly Pin[];
  /** By serial number, UUID or `host:port`; the pins that were forgotten. */
  forget(name: string): readonly Pin[];
}

const isNamed = ({ serial, uuid, mac }: PrinterIdentity): boolean =>
  serial !== undefined || uuid !== undefined || mac !== undefined;

/** Of a printer that says who it is, its own pin; of one that does not, whatever is pinned at its place. */
function pinOf(pins: readonly Pin[], { place, identity }: Shown): Pin | undefined {
  const here = pins.filter((pin) => pin.place === place);
  if (!isNamed(identity)) return here[0];
  return (
    pins.find((pin) => samePrinter(pin.identity as PrinterIdentity, identity)) ??
    here.find((pin) => !isNamed(pin.identity as PrinterIdentity))
  );
}

function identityToKeep({ serial, uuid, mac, manufacturer }: PrinterIdentity): Pin['identity'] {
  return Object.fromEntries(
    Object.entries({ serial, uuid, mac, manufacturer }).filter(([, value]) => value !== undefined),
  );
}

/** The file is read at every use, so that a running bridge hears of what `forget-certificate` forgot. */
export function openPins(file: string): Pins {
  const load = (): Pin[] => {
    const text = readIfThere(file);
    try {
      return text === null ? [] : fileSchema.parse(JSON.parse(text)).pins;
    } catch {
      // Starting over would trust whoever answers now.
      throw new StartError(`${file} is damaged: restore it, or remove it to trust every printer anew.`);
    }
  };
  const save = (pins: readonly Pin[]): void =>
    writeAtomically(file, `${JSON.stringify({ pins }, null, 2)}\n`, 0o600);
  load();
  return {
    get all() {
      return load();
    },
    contradiction: (shown) => {
      const pins = load();
      const pin = pinOf(pins, shown);
      if (pin !== undefined && pin.fingerprint !== shown.fingerprint) return pin;
      if (shown.fingerprint === null) return null;
      const identity = { ...pin?.identity, ...identityToKeep(shown.identity) };
      const kept: Pin = { fingerprint: shown.fingerprint, place: shown.place, identity };
      if (JSON.stringify(kept) !== JSON.stringify(pin)) save([...pins.filter((one) => one !== pin), kept]);
      return null;
    },
    forget: (name) => {
      const pins = load();
      const wanted = name.toLowerCase().replace(/^urn:uuid:/u, '');
      const forgotten = pins.filter(({ place, identity }) =>
        [place, identity.serial, identity.uuid].some((known) => known?.toLowerCase() === wanted),
      );
      if (forgotten.length > 0) save(pins.filter((pin) => !forgotten.includes(pin)));
      return forgotten;
    },
  };
}

/** The pin as people read it: who, where, and the start of the fingerprint. */
export function renderPin({ fingerprint: print, place, identity }: Pin): string {
  const who = [identity.manufacturer, identity.serial ?? identity.uuid].filter((part) => part !== undefined);
  return `${place}  ${who.length === 0 ? 'a printer without a name' : who.join(' ')}  ${print.slice(0, 23)}…`;
}
