import { statSync } from 'node:fs';
import { z } from 'zod';
import { samePrinter } from '../contracts/printer/merge.ts';
import { type PrinterIdentity, printerObservation } from '../contracts/printer/observation.ts';
import type { Log } from '../platform/log.ts';
import { StartError } from '../platform/start-error.ts';
import { readIfThere, writeAtomically } from './files.ts';

const credentialSchema = z.strictObject({
  deviceId: z.guid(),
  secret: z.string().min(1),
  /** How the printer is known again, wherever it is found. */
  identity: printerObservation.shape.identity,
  /** Where it was found last (host:port:port): all there is of a printer that tells nothing of itself. */
  place: z.string(),
  /** Supply keys of its device model: others would be refused. */
  keys: z.array(z.string()).min(1),
  name: z.string(),
});
export type Credential = z.infer<typeof credentialSchema>;
const fileSchema = z.strictObject({ printers: z.array(credentialSchema) });

/** The credentials file, or none yet. Throws a StartError when it cannot be used. */
export function readCredentials(file: string, log: Log): Credential[] {
  const text = readIfThere(file);
  if (text === null) return [];
  if ((statSync(file).mode & 0o077) !== 0) {
    log.warn({ file }, 'the credentials can be read by others on this machine: chmod 600');
  }
  try {
    return fileSchema.parse(JSON.parse(text)).printers;
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')
        : 'not JSON';
    throw new StartError(`${file} is no credentials file (${why}).`);
  }
}

export function writeCredentials(file: string, printers: readonly Credential[]): void {
  writeAtomically(file, `${JSON.stringify({ printers }, null, 2)}\n`, 0o600);
}

const tellsItself = ({ serial, uuid, mac }: PrinterIdentity): boolean =>
  serial !== undefined || uuid !== undefined || mac !== undefined;

/** The credential of a printer: by what it says of itself; only one that says nothing goes by its address. */
export function credentialOf(
  credentials: readonly Credential[],
  identity: PrinterIdentity,
  place: string,
): Credential | undefined {
  const known = credentials.find((c) => samePrinter(c.identity, identity));
  if (known !== undefined) return known;
  return credentials.find((c) => c.place === place && (!tellsItself(c.identity) || !tellsItself(identity)));
}
