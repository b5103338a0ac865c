import { z } from 'zod';
import { StartError } from '../../platform/start-error.ts';
import { readIfThere, writeAtomically } from '../files.ts';

const pinsSchema = z.record(z.string(), z.string().regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/));

/**
 * Fingerprints of printers' certificates, trusted on first use: printers sign their own. A certificate that
 * changes is refused until its owner forgets the old one, for it may be somebody else who answers.
 */
export interface Pins {
  /** SHA-256 fingerprint by `host:port`, or undefined on first use. */
  get(place: string): string | undefined;
  set(place: string, fingerprint: string): void;
  /** True when there was one. */
  forget(place: string): boolean;
}

export function openPins(file: string): Pins {
  const text = readIfThere(file);
  let pins: Map<string, string>;
  try {
    pins = new Map(Object.entries(text === null ? {} : pinsSchema.parse(JSON.parse(text))));
  } catch {
    // Starting over would trust whoever answers now.
    throw new StartError(`${file} is damaged: restore it, or remove it to trust every printer anew.`);
  }
  const save = (): void =>
    writeAtomically(file, `${JSON.stringify(Object.fromEntries(pins), null, 2)}\n`, 0o600);
  return {
    get: (place) => pins.get(place),
    set: (place, fingerprint) => {
      pins.set(place, fingerprint);
      save();
    },
    forget: (place) => {
      const known = pins.delete(place);
      if (known) save();
      return known;
    },
  };
}
