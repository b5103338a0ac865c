import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { brotherAnswerToVarbinds } from '../../contracts/printer/brother-answer.ts';
import { observeIpp } from '../../contracts/printer/ipp-attributes.ts';
import type { PrinterObservation } from '../../contracts/printer/observation.ts';
import { observePrinterMib } from '../../contracts/printer/printer-mib.ts';
import { joinContexts, parseSnmprec, type Varbinds } from '../../contracts/printer/snmprec.ts';

export interface Capture {
  /** Path below the folder of captures, with `/`. */
  readonly name: string;
  readonly observation: PrinterObservation;
}

/** Reads a capture; null when the file is not one of its kind. */
type Reader = (bytes: Uint8Array) => PrinterObservation | null;

const readIpp: Reader = (bytes) => {
  const result = observeIpp(bytes);
  return result.ok ? result.observation : null;
};

const readBrother: Reader = (bytes) => {
  try {
    return observePrinterMib(brotherAnswerToVarbinds(JSON.parse(Buffer.from(bytes).toString('utf8'))));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

const READERS: readonly (readonly [folder: string, suffix: RegExp, read: Reader])[] = [
  ['snmp/brother', /\.json$/u, readBrother],
  ['ipp', /\.(?:bin|ipp|res)$/u, readIpp],
];

const WALK = /^(?<printer>[^@]+)(?:@[^@]+)?\.snmprec$/u;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** SNMP walks; files `NAME@CONTEXT.snmprec` are further contexts of the printer NAME. */
async function readWalks(root: string): Promise<Capture[]> {
  const printers = new Map<string, Varbinds[]>();
  for (const file of await filesBelow(join(root, 'snmp'))) {
    const printer = WALK.exec(nameOf(root, file))?.groups?.['printer'];
    if (printer === undefined) continue;
    const contexts = printers.get(printer) ?? [];
    contexts.push(parseSnmprec(await readFile(file)).varbinds);
    printers.set(printer, contexts);
  }
  return [...printers].map(([name, contexts]) => ({
    name: `${name}.snmprec`,
    observation: observePrinterMib(joinContexts(contexts)),
  }));
}

const nameOf = (root: string, file: string): string => relative(root, file).split(sep).join('/');

/**
 * Every capture of a real printer below `root` (snmp/…/*.snmprec, snmp/brother/*.json, ipp/…), decoded as
 * the contracts say, in the order of their names. A folder that is not there has none.
 */
export async function readCaptures(root: string): Promise<readonly Capture[]> {
  const captures = await readWalks(root);
  for (const [folder, suffix, read] of READERS) {
    for (const file of await filesBelow(join(root, folder))) {
      if (!suffix.test(file)) continue;
      const observation = read(await readFile(file));
      if (observation !== null) captures.push({ name: nameOf(root, file), observation });
    }
  }
  return captures.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
