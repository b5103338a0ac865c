import { alertCodeName, applyAlerts, detectedErrors } from './alerts.ts';
import { brotherOids, decodeBrother } from './brother.ts';
import { parseDeviceId } from './device-id.ts';
import { identityFrom } from './identity.ts';
import { mergeSupplies } from './merge.ts';
import {
  compact,
  MAX_ALERTS,
  MAX_SUPPLIES,
  type PrinterAlert,
  type PrinterCounters,
  type PrinterIdentity,
  type PrinterObservation,
  type PrinterProblem,
  type Supply,
} from './observation.ts';
import { ricohRows } from './ricoh.ts';
import { SnmpView } from './snmp-view.ts';
import type { Varbinds, VarbindValue } from './snmprec.ts';
import { type SupplyRow, suppliesOf } from './supplies.ts';
import { decodeText } from './text.ts';
import { typeLabels, typeOfLabel, unitOfCode } from './vocabulary.ts';

/** Printer-MIB v2 (RFC 3805) and its neighbours: everything a bridge has to walk. */
export const printerOids = {
  system: '1.3.6.1.2.1.1',
  hrDevice: '1.3.6.1.2.1.25.3.2.1',
  hrPrinter: '1.3.6.1.2.1.25.3.5.1',
  general: '1.3.6.1.2.1.43.5.1.1',
  localization: '1.3.6.1.2.1.43.7.1.1',
  marker: '1.3.6.1.2.1.43.10.2.1',
  supplies: '1.3.6.1.2.1.43.11.1.1',
  colorants: '1.3.6.1.2.1.43.12.1.1',
  alerts: '1.3.6.1.2.1.43.18.1.1',
} as const;

const HR_DEVICE_PRINTER = '1.3.6.1.2.1.25.3.1.5';

/** Where makers keep the IEEE 1284 device id, model and serial number outside the standard MIBs. */
const deviceIdOids = [
  '1.3.6.1.4.1.2699.1.2.1.2.1.1.3.1', // PWG 5107.1, ppmPrinterIEEE1284DeviceId
  '1.3.6.1.4.1.11.2.3.9.1.1.7.0', // HP, and many who follow it
  '1.3.6.1.4.1.253.8.51.1.2.1.20.1', // XEROX-GENERAL-MIB, xcmGenBaseSystem1284DeviceId
  brotherOids.deviceId,
] as const;
/** Named by the makers' MIBs, or where those are not public, by what other tools read there of real devices. */
const privateModels = [
  brotherOids.model,
  '1.3.6.1.4.1.1602.1.1.1.1.0', // Canon, as in the captures of the LBP6670 and TM-5300
  '1.3.6.1.4.1.367.3.2.1.1.1.1.0', // Ricoh, as in the capture of the MP C3002
  '1.3.6.1.4.1.1347.43.5.1.1.1.1', // KYOCERA-Private-MIB, kcprtGeneralModelName
  '1.3.6.1.4.1.236.11.5.1.1.1.1.0', // Samsung, and Xerox devices made by it (Observium)
] as const;
const privateSerials = [
  brotherOids.serial,
  '1.3.6.1.4.1.367.3.2.1.2.1.4.0', // Ricoh, as in the capture of the MP C3002
  '1.3.6.1.4.1.1347.43.5.1.1.28.1', // KYOCERA-Private-MIB, kcprtSerialNumber
  '1.3.6.1.4.1.236.11.5.1.1.1.4.0', // Samsung (FusionInventory's dictionary of devices)
  '1.3.6.1.4.1.253.8.53.3.2.1.3.1', // XEROX-HOST-RESOURCES-EXT-MIB, xcmHrDevInfoSerialNumber
  '1.3.6.1.4.1.641.2.1.2.1.6.1', // LEXMARK-PVT-MIB, prtgenSerialNo
  '1.3.6.1.4.1.1602.1.2.1.4.0', // Canon (FusionInventory's list for printers)
  '1.3.6.1.4.1.1602.1.2.1.8.1.3.1.1', // Canon's newer devices (imageRUNNER ADVANCE, PIXMA)
] as const;
/** HP-LASERJET-COMMON-MIB, serial-number. HP's PML strings start with a symbol set (two octets, e.g. 0x0115 = Roman-8). */
const HP_SERIAL = '1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.3.0';

/** Table entries and columns that a live read walks: printerOids without `system`, and ifPhysAddress. */
export const walkedEntries: readonly string[] = [
  printerOids.general,
  printerOids.supplies,
  printerOids.colorants,
  printerOids.marker,
  printerOids.localization,
  printerOids.alerts,
  printerOids.hrDevice,
  printerOids.hrPrinter,
  '1.3.6.1.2.1.2.2.1.6',
  '1.3.6.1.4.1.367.3.2.1.2.24.1.1', // Ricoh's toner table
];
/** Single objects that a live read asks for: name, description and what makers keep to themselves. */
export const readScalars: readonly string[] = [
  '1.3.6.1.2.1.1.1.0',
  '1.3.6.1.2.1.1.2.0',
  '1.3.6.1.2.1.1.5.0',
  ...new Set([
    ...deviceIdOids,
    ...privateModels,
    ...privateSerials,
    HP_SERIAL,
    ...Object.values(brotherOids),
  ]),
];

function hpSerial(value: VarbindValue | undefined): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const text = decodeText(value[0] !== undefined && value[0] < 0x20 ? value.subarray(2) : value, 2004);
  return text.split(' ')[0];
}

function identityOf(view: SnmpView): PrinterIdentity {
  const sysDescr = view.text('1.3.6.1.2.1.1.1.0');
  const id = parseDeviceId(
    deviceIdOids.map((oid) => view.longText(oid)).find((t) => t !== undefined && t !== '') ?? '',
  );
  const printerIndex =
    [...view.column(printerOids.hrDevice, 2)].find(([, type]) => type === HR_DEVICE_PRINTER)?.[0] ?? '1';
  const hrDescr = view.text(`${printerOids.hrDevice}.3.${printerIndex}`);
  const jetdirect = /(?:^|,)SN:([^,]+)/u.exec(sysDescr ?? '')?.[1];
  const pid = /(?:^|,)PID:([^,]+)/u.exec(sysDescr ?? '')?.[1];
  // The agent's own number, and the printer's: behind a bought-in agent or print server they differ.
  const objectIds = [view.get('1.3.6.1.2.1.1.2.0'), view.column(printerOids.hrDevice, 4).get(printerIndex)];
  // HP puts a bare product number into DES of some device ids.
  const described = id.description?.includes(' ') ? id.description : undefined;
  const models = [
    precise(hrDescr, sysDescr),
    described,
    id.model,
    ...privateModels.map((oid) => view.text(oid)),
    view.first(printerOids.general, 16),
    sysDescr,
    pid,
  ];
  // A print server describes itself in sysDescr; a printer there names its model, which is then the better text.
  const generic = /^generic\b/iu.test(hrDescr ?? '');
  return identityFrom({
    manufacturer: id.manufacturer,
    models: generic ? [sysDescr, ...models] : models,
    serials: [
      view.first(printerOids.general, 17),
      ...privateSerials.map((oid) => view.text(oid)),
      jetdirect,
      hpSerial(view.get(HP_SERIAL)),
      id.serial,
    ],
    hostname: view.text('1.3.6.1.2.1.1.5.0'),
    mac: macOf(view),
    firmware: view.text(brotherOids.firmware),
    enterprises: objectIds.flatMap(enterpriseOf),
  });
}

function enterpriseOf(objectId: VarbindValue | undefined): number[] {
  const number = /^\.?1\.3\.6\.1\.4\.1\.(\d{1,10})(?:\.|$)/u.exec(
    typeof objectId === 'string' ? objectId : '',
  )?.[1];
  return number === undefined ? [] : [Number(number)];
}

/** "Samsung M408x Series" beside "Samsung M4080FX; V11…": the description that names the one model. */
function precise(hrDescr: string | undefined, sysDescr: string | undefined): string | undefined {
  const stem = /\b([A-Z]*\d{2,})x\b/u.exec(hrDescr ?? '')?.[1];
  return stem !== undefined && sysDescr?.includes(` ${stem}`) ? sysDescr : hrDescr;
}

/** ifPhysAddress of the first interface that has one: octets, or text where a tool wrote it so. */
function macOf(view: SnmpView): string | undefined {
  for (const [, value] of view.column('1.3.6.1.2.1.2.2.1', 6)) {
    if (!(value instanceof Uint8Array)) continue;
    const mac =
      value.length === 6
        ? Buffer.from(value).toString('hex')
        : decodeText(value).replace(/[:-]/gu, '').toLowerCase();
    if (/^[0-9a-f]{12}$/u.test(mac) && !/^(?:0+|f+|aabbccddeeff|001122334455|112233445566)$/u.test(mac))
      return (mac.match(/../gu) ?? []).join(':');
  }
  return undefined;
}

/** Rows by their index `<hrDeviceIndex>.<index>`, in the order of the numbers. */
function supplyRows(view: SnmpView): SupplyRow[] {
  const indexes = new Set<string>();
  for (const column of [4, 5, 6, 7, 8, 9])
    for (const [index] of view.column(printerOids.supplies, column)) indexes.add(index);
  const cell = (column: number, index: string) => view.integer(`${printerOids.supplies}.${column}.${index}`);
  const ordered = [...indexes].filter((index) => /^\d{1,10}\.\d{1,10}$/u.test(index)).sort(byNumbers);
  const rows = ordered.map((index): SupplyRow => {
    const [device, own] = index.split('.');
    const colorant = cell(3, index);
    return {
      source: 'printer-mib',
      index: Number(own),
      name: view.text(`${printerOids.supplies}.6.${index}`) ?? '',
      supplyClass: cell(4, index),
      typeLabel: typeLabels[cell(5, index) ?? 0],
      unit: unitOfCode(cell(7, index)),
      capacity: cell(8, index),
      level: cell(9, index),
      colorant:
        colorant === undefined || colorant === 0
          ? undefined
          : (view.text(`${printerOids.colorants}.4.${device ?? '1'}.${colorant}`) ??
            // Some agents number the device differently in each table.
            view.text(`${printerOids.colorants}.4.1.${colorant}`)),
    };
  });
  return fillColorants(rows, view);
}

function byNumbers(a: string, b: string): number {
  const [a1 = 0, a2 = 0] = a.split('.').map(Number);
  const [b1 = 0, b2 = 0] = b.split('.').map(Number);
  return a1 - b1 || a2 - b2;
}

/**
 * Walks without the colorant column: when there are as many marking supplies as colorants, they pair up in
 * order, which is how four supplies of one name get their colours.
 */
function fillColorants(rows: SupplyRow[], view: SnmpView): SupplyRow[] {
  if (rows.some((row) => row.colorant !== undefined)) return rows;
  const colorants = [...view.column(printerOids.colorants, 4)]
    .sort(([a], [b]) => byNumbers(a, b))
    .map(([, value]) => (value instanceof Uint8Array ? decodeText(value) : ''));
  const isMarking = (row: SupplyRow) =>
    /^(?:toner|tonerCartridge|ink|inkCartridge|inkRibbon|solidWax)$/u.test(row.typeLabel ?? '') ||
    (typeOfLabel(row.typeLabel ?? '') === undefined &&
      /toner|ink|cartridge/iu.test(row.name) &&
      !/waste|drum|develop|transfer|unit|kit/iu.test(row.name));
  const marking = rows.filter(isMarking);
  if (colorants.length === 0 || marking.length !== colorants.length) return rows;
  return rows.map((row) =>
    marking.includes(row)
      ? { ...row, colorant: colorants[marking.indexOf(row)], colorantFromOrder: true }
      : row,
  );
}

const severities: Readonly<Record<number, PrinterAlert['severity']>> = {
  1: 'other',
  3: 'critical',
  4: 'warning',
  5: 'warning',
};
const ALERT_GROUP_SUPPLIES = 11;

function alertsOf(view: SnmpView, supplies: readonly Supply[]): PrinterAlert[] {
  const detected = [...view.column(printerOids.hrPrinter, 2)].flatMap(([, value]) =>
    value instanceof Uint8Array ? detectedErrors(value) : [],
  );
  const rows = [...view.column(printerOids.alerts, 7)]
    .slice(0, MAX_ALERTS)
    .map(([index, code]): PrinterAlert => {
      const cell = (column: number) => view.integer(`${printerOids.alerts}.${column}.${index}`);
      const about =
        cell(4) === ALERT_GROUP_SUPPLIES ? supplies.find((s) => s.raw.index === cell(5)) : undefined;
      return compact<PrinterAlert>({
        source: 'alert-table',
        severity: severities[cell(2) ?? 1] ?? 'other',
        code: alertCodeName(typeof code === 'number' ? code : 1),
        description: view.text(`${printerOids.alerts}.8.${index}`),
        supplyKey: about?.key,
      });
    });
  return [...rows, ...detected].slice(0, MAX_ALERTS);
}

/** prtMarkerLifeCount in its own unit (7 impressions, 8 sheets); other units measure no pages. */
function countersOf(view: SnmpView): PrinterCounters {
  for (const [index, value] of [...view.column(printerOids.marker, 4)].sort(([a], [b]) => byNumbers(a, b))) {
    if (typeof value !== 'number' || value < 0) continue;
    const unit = view.integer(`${printerOids.marker}.3.${index}`);
    if (unit === undefined || unit === 7) return { pages: value };
    if (unit === 8) return { pages: value, sheets: value };
  }
  return {};
}

/**
 * What a set of varbinds says of its printer: from a recorded walk, from several contexts joined, or from a
 * live agent. Pure and total: garbage gives an observation without supplies and with problems.
 */
export function observePrinterMib(varbinds: Varbinds): PrinterObservation {
  const view = new SnmpView(varbinds);
  const problems: PrinterProblem[] = [];
  const identity = identityOf(view);
  const rows = supplyRows(view);
  if (rows.length > MAX_SUPPLIES)
    problems.push({ code: 'too-many-supplies', detail: `${rows.length} rows, ${MAX_SUPPLIES} read` });
  const standard = suppliesOf(rows.slice(0, MAX_SUPPLIES), identity);
  const brother = decodeBrother({
    maintenance: view.octets(brotherOids.maintenance),
    counters: view.octets(brotherOids.counters),
    nextCare: view.octets(brotherOids.nextCare),
    model: identity.model,
  });
  const ricoh = suppliesOf(ricohRows(view), identity);
  const supplies = [brother.supplies, ricoh]
    .reduce((all, more) => mergeSupplies(all, more), standard)
    .slice(0, MAX_SUPPLIES);
  if (supplies.length === 0)
    problems.push({ code: 'no-supplies-table', detail: 'the device reports no consumables by SNMP' });
  const alerts = alertsOf(view, supplies);
  const counters = { ...brother.counters, ...countersOf(view) };
  return { identity, counters, supplies: applyAlerts(supplies, alerts), alerts, problems };
}
