import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { brotherAnswerToVarbinds } from '../../../contracts/printer/brother-answer.ts';
import type { IppValue } from '../../../contracts/printer/ipp.ts';
import { observeIpp, observePrinterAttributes } from '../../../contracts/printer/ipp-attributes.ts';
import { type PrinterObservation, printerObservation } from '../../../contracts/printer/observation.ts';
import { observePrinterMib } from '../../../contracts/printer/printer-mib.ts';
import { joinContexts, parseSnmprec } from '../../../contracts/printer/snmprec.ts';

/**
 * What each capture of a real printer is decoded to. A golden file is read against the raw capture and
 * RFC 3805 or the IPP specifications before it is committed; `UPDATE_GOLDEN=1` writes them anew.
 */
const data = resolve(import.meta.dirname, '../../../../shared/data');
const goldenDir = resolve(import.meta.dirname, 'golden');
const present = existsSync(join(data, 'snmp')) && existsSync(join(data, 'ipp'));
if (!present) console.warn('SKIPPED: captures of real printers: the folder ../shared/data is absent');

type Decoded = PrinterObservation | { error: unknown };

function files(folder: string, ...endings: string[]): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** `name@context.snmprec` belongs to `name.snmprec`: one agent, several contexts. */
function walk(file: string): Decoded {
  const contexts = files(resolve(file, '..'), '.snmprec').filter((other) =>
    other.startsWith(file.replace('.snmprec', '@')),
  );
  return observePrinterMib(
    joinContexts([file, ...contexts].map((f) => parseSnmprec(readFileSync(f)).varbinds)),
  );
}

function ipp(file: string): Decoded {
  const result = observeIpp(readFileSync(file));
  return result.ok ? result.observation : { error: result.error };
}

/** Home Assistant keeps attributes as plain JSON; their syntaxes follow from the JavaScript types. */
function plainIpp(value: unknown): IppValue {
  if (typeof value === 'number') return { kind: 'integer', value };
  if (typeof value === 'string') return { kind: 'text', value };
  if (typeof value === 'object' && value !== null) {
    return { kind: 'collection', value: new Map(Object.entries(value).map(([k, v]) => [k, [plainIpp(v)]])) };
  }
  return { kind: 'none' };
}

function homeAssistant(file: string): Decoded {
  const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const entries = Object.entries(json as Record<string, unknown>).map(
    ([k, v]) => [k, (Array.isArray(v) ? v : [v]).map(plainIpp)] as const,
  );
  return observePrinterAttributes(new Map(entries));
}

const captures: readonly { name: string; file: string; decode: (file: string) => Decoded }[] = present
  ? [
      ...files(join(data, 'snmp/librenms/snmprec'), '.snmprec')
        .filter((f) => !basename(f).includes('@'))
        .map((file) => ({ name: `snmp-${basename(file, '.snmprec')}`, file, decode: walk })),
      ...files(join(data, 'snmp/walk-snippets'), '.snmprec').map((file) => ({
        name: `snippet-${basename(file, '.snmprec')}`,
        file,
        decode: walk,
      })),
      ...files(join(data, 'snmp/brother'), '.json').map((file) => ({
        name: `brother-${basename(file, '.json')}`,
        file,
        decode: (f: string): Decoded =>
          observePrinterMib(brotherAnswerToVarbinds(JSON.parse(readFileSync(f, 'utf8')))),
      })),
      ...files(join(data, 'ipp'), '.ipp', '.bin', '.res').map((file) => ({
        name: `ipp-${file
          .slice(join(data, 'ipp').length + 1)
          .replace(/\.(?:ipp|bin|res)$/u, '')
          .replaceAll(/[/_]/gu, '-')
          .toLowerCase()}`,
        file,
        decode: ipp,
      })),
      ...files(join(data, 'ipp/ha-core'), '.json').map((file) => ({
        name: `ipp-ha-core-${basename(file, '.json').replaceAll('_', '-')}`,
        file,
        decode: homeAssistant,
      })),
    ]
  : [];

describe.skipIf(!present)('captures of real printers', () => {
  test('there are captures', () => {
    expect(captures.length).toBeGreaterThan(0);
  });

  test.each(captures)('$name', ({ name, file, decode }) => {
    const decoded = decode(file);
    if (!('error' in decoded)) {
      expect(printerObservation.safeParse(decoded).error).toBeUndefined();
      expect(new Set(decoded.supplies.map((s) => s.key)).size).toBe(decoded.supplies.length);
    }
    const golden = join(goldenDir, `${name}.json`);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, `${JSON.stringify(decoded, null, 2)}\n`);
    if (!existsSync(golden)) {
      console.warn(
        `no golden file yet for the capture ${name}: decoded without error, but nobody has reviewed it`,
      );
      return;
    }
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });
});
