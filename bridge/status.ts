import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeAtomically } from './files.ts';
import type { Printer } from './printer.ts';
import type { Problem } from './target.ts';

const problems = z.array(z.object({ code: z.string(), detail: z.string() }));

/** What `bridge status` shows; no secrets. Instants are ISO 8601. */
const statusSchema = z.object({
  at: z.string(),
  broker: z.string(),
  printers: z.array(
    z.object({
      name: z.string(),
      host: z.string(),
      serial: z.string().nullable(),
      /** null: not registered, so nothing is published. */
      deviceId: z.string().nullable(),
      via: z.array(z.string()),
      seenAt: z.string(),
      pages: z.number().nullable(),
      supplies: z.array(z.object({ key: z.string(), level: z.string(), published: z.boolean() })),
      problems,
      uplink: z
        .object({
          connected: z.boolean(),
          error: z.string().nullable(),
          waiting: z.number(),
          delivered: z.number(),
          lost: z.number(),
        })
        .nullable(),
    }),
  ),
  /** Places that the user named and where nothing answers. */
  silent: z.array(z.object({ host: z.string(), problems })),
});
export type BridgeStatus = z.infer<typeof statusSchema>;

interface PlaceState {
  readonly host: string;
  readonly origin: string;
  readonly answered: boolean;
  readonly problems: readonly Problem[];
}

export function statusOf(
  printers: readonly Printer[],
  places: readonly PlaceState[],
  broker: string,
  now: number,
): BridgeStatus {
  return {
    at: new Date(now).toISOString(),
    broker,
    printers: printers.map(statusOfPrinter),
    silent: places.flatMap(({ host, answered, problems: why }) =>
      answered ? [] : [{ host, problems: [...why] }],
    ),
  };
}

function statusOfPrinter(printer: Printer): BridgeStatus['printers'][number] {
  const { observation, credential, uplink } = printer;
  const keys = new Set(credential?.keys ?? []);
  return {
    name: nameOf(printer),
    host: (printer.places[0] ?? '').replace(/:\d+:\d+$/u, ''),
    serial: observation.identity.serial ?? null,
    deviceId: credential?.deviceId ?? null,
    via: [...printer.via],
    seenAt: new Date(printer.seenAt).toISOString(),
    pages: observation.counters.pages ?? null,
    supplies: observation.supplies.map((supply) => ({
      key: supply.key,
      level:
        supply.level.kind === 'measured' ? `${Math.round(supply.level.value * 100)} %` : supply.level.kind,
      published: keys.has(supply.key),
    })),
    problems: [
      ...printer.problems,
      ...observation.problems.map(({ code, detail }) => ({ code, detail: detail ?? '' })),
    ],
    uplink: uplink?.state ?? null,
  };
}

export function nameOf({
  observation: { identity },
  places,
}: Pick<Printer, 'observation' | 'places'>): string {
  const name = [identity.manufacturer, identity.model].filter((part) => part !== undefined).join(' ');
  return name === '' ? (identity.description ?? `Printer at ${places[0] ?? 'unknown place'}`) : name;
}

const fileOf = (folder: string): string => join(folder, 'status.json');

export function writeStatus(folder: string, status: BridgeStatus): void {
  writeAtomically(fileOf(folder), `${JSON.stringify(status)}\n`);
}

/** null: no bridge ran in this folder yet. */
export function readStatus(folder: string): BridgeStatus | null {
  const text = readIfThere(fileOf(folder));
  return text === null ? null : statusSchema.parse(JSON.parse(text));
}

function ago(from: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(from)) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3600)} h ago`;
}

function uplinkText({ deviceId, uplink }: BridgeStatus['printers'][number]): string {
  if (deviceId === null || uplink === null) return 'not registered';
  const link = uplink.connected ? 'connected' : `away (${uplink.error ?? 'connecting'})`;
  return `${link}, ${uplink.delivered} delivered, ${uplink.waiting} waiting${uplink.lost === 0 ? '' : `, ${uplink.lost} lost`}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The status as people read it: a table, then what is wrong. */
export function renderStatus(status: BridgeStatus, now: number): string {
  const head = `Bridge to ${status.broker}, state of ${ago(status.at, now)}`;
  const rows = status.printers.map((printer) => [
    printer.name,
    printer.host,
    printer.via.join('+') || 'silent',
    ago(printer.seenAt, now),
    printer.supplies
      .map((s) => `${s.key} ${s.level}${s.published || printer.deviceId === null ? '' : ' (unregistered)'}`)
      .join(', ') || 'no supplies',
    uplinkText(printer),
  ]);
  const found =
    rows.length === 0
      ? ['No printer found.']
      : table([['PRINTER', 'HOST', 'BY', 'READ', 'SUPPLIES', 'PLATFORM'], ...rows]);
  const wrong = [
    ...status.printers.flatMap((p) => p.problems.map((x) => `${p.name} (${p.host}): ${x.code}: ${x.detail}`)),
    ...status.silent.map(
      (s) => `${s.host}: ${s.problems.map((x) => x.detail).join('; ') || 'not looked at yet'}`,
    ),
  ];
  return [
    head,
    '',
    ...found,
    ...(wrong.length === 0 ? [] : ['', 'Problems:', ...wrong.map((line) => `  ${line}`)]),
  ].join('\n');
}
