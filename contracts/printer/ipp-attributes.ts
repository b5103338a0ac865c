import { applyAlerts } from './alerts.ts';
import { parseDeviceId } from './device-id.ts';
import { identityFrom } from './identity.ts';
import {
  GROUP_PRINTER,
  type IppAttributes,
  type IppError,
  type IppLimits,
  ippLimits,
  parseIpp,
} from './ipp.ts';
import { printerAlerts, stateReasons } from './ipp-alerts.ts';
import { ippSupplies } from './ipp-supplies.ts';
import { integers, longText, text } from './ipp-view.ts';
import {
  compact,
  MAX_ALERTS,
  MAX_SUPPLIES,
  type PrinterCounters,
  type PrinterIdentity,
  type PrinterObservation,
  type PrinterProblem,
} from './observation.ts';

/** What to ask of a printer by Get-Printer-Attributes, and no more: full answers run to hundreds of kB. */
export const printerAttributeNames: readonly string[] = [
  'marker-colors',
  'marker-high-levels',
  'marker-levels',
  'marker-low-levels',
  'marker-names',
  'marker-types',
  'printer-alert',
  'printer-alert-description',
  'printer-device-id',
  'printer-firmware-string-version',
  'printer-impressions-completed',
  'printer-impressions-completed-col',
  'printer-info',
  'printer-make-and-model',
  'printer-media-sheets-completed',
  'printer-pages-completed',
  'printer-serial-number',
  'printer-state-reasons',
  'printer-supply',
  'printer-supply-description',
  'printer-uuid',
  'device-uri',
  'cups-version',
];

function identityOf(attributes: IppAttributes): PrinterIdentity {
  const id = parseDeviceId(longText(attributes.get('printer-device-id')?.[0]));
  // Behind a CUPS queue the device's own UUID is in the device URI; printer-uuid is then the queue's.
  const deviceUuid = /[?&]uuid=([0-9a-f-]{36})/iu.exec(longText(attributes.get('device-uri')?.[0]))?.[1];
  return identityFrom({
    manufacturer: id.manufacturer,
    models: [
      text(attributes, 'printer-make-and-model'),
      id.description,
      id.model,
      text(attributes, 'printer-info'),
    ],
    serials: [text(attributes, 'printer-serial-number'), id.serial],
    uuid: deviceUuid ?? text(attributes, 'printer-uuid'),
    firmware: text(attributes, 'printer-firmware-string-version'),
  });
}

function countersOf(attributes: IppAttributes): PrinterCounters {
  const one = (name: string) => {
    const value = integers(attributes, name)[0];
    return value === undefined || value < 0 ? undefined : value;
  };
  const columns = attributes.get('printer-impressions-completed-col')?.[0];
  const member = (name: string) =>
    columns?.kind === 'collection' ? integers(columns.value, name)[0] : undefined;
  const positive = (value: number | undefined) => (value === undefined || value < 0 ? undefined : value);
  return compact<PrinterCounters>({
    pages: one('printer-impressions-completed') ?? one('printer-pages-completed'),
    sheets: one('printer-media-sheets-completed'),
    mono: positive(member('monochrome')),
    color: positive(member('full-color')),
  });
}

/** The attributes of one printer, however they were come by, as an observation. Pure and total. */
export function observePrinterAttributes(attributes: IppAttributes): PrinterObservation {
  const identity = identityOf(attributes);
  const problems: PrinterProblem[] = [];
  const levels = (attributes.get('marker-levels') ?? []).length;
  const names = (attributes.get('marker-names') ?? []).length;
  if (levels !== names && levels > 0 && names > 1)
    problems.push({ code: 'marker-lists-differ', detail: `${names} names, ${levels} levels` });
  if (Math.max(levels, names, (attributes.get('printer-supply') ?? []).length) > MAX_SUPPLIES)
    problems.push({ code: 'too-many-supplies' });
  const supplies = ippSupplies(attributes, identity);
  if (supplies.length === 0)
    problems.push({ code: 'no-supplies-table', detail: 'the printer reports no consumables by IPP' });
  const alerts = [...stateReasons(attributes), ...printerAlerts(attributes)].slice(0, MAX_ALERTS);
  return {
    identity,
    counters: countersOf(attributes),
    supplies: applyAlerts(supplies, alerts),
    alerts,
    problems,
  };
}

type IppObservationError =
  | IppError
  | { code: 'ipp-status'; status: number }
  | { code: 'no-printer-attributes' };
export type IppObservation =
  | { ok: true; observation: PrinterObservation }
  | { ok: false; error: IppObservationError };

/** A whole Get-Printer-Attributes response, octets in, observation or error out. */
export function observeIpp(bytes: Uint8Array, limits: IppLimits = ippLimits): IppObservation {
  const parsed = parseIpp(bytes, limits);
  if (!parsed.ok) return parsed;
  const { code, groups, ended } = parsed.message;
  // RFC 8011 §B: 0x0000–0x00ff are successful.
  if (code > 0xff) return { ok: false, error: { code: 'ipp-status', status: code } };
  const printer = groups.find((group) => group.tag === GROUP_PRINTER);
  if (printer === undefined) return { ok: false, error: { code: 'no-printer-attributes' } };
  const observation = observePrinterAttributes(printer.attributes);
  if (!ended) observation.problems.push({ code: 'ipp-end-missing' });
  return { ok: true, observation };
}
