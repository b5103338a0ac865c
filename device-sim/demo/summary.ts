import { formatMoney } from '../../core/money.ts';
import type { Report } from './report.ts';

const number = new Intl.NumberFormat('en-US');
const LABEL_WIDTH = 20;

const row = (label: string, value: string): string => `  ${label.padEnd(LABEL_WIDTH)}${value}`;

const counts = (of: Readonly<Record<string, number>>): string => {
  const text = Object.entries(of).map(([name, count]) => `${name} ${number.format(count)}`);
  return text.length === 0 ? 'none' : text.join(' · ');
};

function days(value: number | null): string {
  if (value === null) return 'no delivery was needed yet';
  return value >= 0 ? `${value} days before it was needed` : `${-value} days after it was needed`;
}

function verdict({ violations, disagreements }: Report): string[] {
  const { withoutConsent, insideHold, duplicate } = violations;
  const bad = withoutConsent + insideHold + duplicate;
  const lines = [
    row(
      'Promises kept',
      bad === 0
        ? 'none bought without consent, none delivered inside a hold, none bought twice'
        : `BROKEN: without consent ${withoutConsent} · inside a hold ${insideHold} · twice ${duplicate}`,
    ),
  ];
  if (disagreements.length === 0) return [...lines, row('Books', "the platform's and the world's agree")];
  return [...lines, row('Books', 'DISAGREE'), ...disagreements.map((text) => `    - ${text}`)];
}

const SHOWN_CAPTURES = 4;

/** The summary as a person reads it. */
export function summarise(report: Report): string {
  const { readings, merchant, parcels, captures, installations, review, announcements } = report;
  const money = (minor: number): string => formatMoney({ minor, currency: merchant.currency });
  const shown = captures.slice(0, SHOWN_CAPTURES).map((name) => name.split('/').at(-1));
  const more = captures.length > SHOWN_CAPTURES ? ` and ${captures.length - SHOWN_CAPTURES} more` : '';
  return [
    '',
    `${report.days} days, ${report.devices} devices of ${report.customers} customers, ${report.consumables} consumables, seed ${report.seed} (${report.seconds.toFixed(1)} s)`,
    '',
    row(
      'Readings',
      `${number.format(readings.sent)} sent · ${number.format(readings.acknowledged)} acknowledged · ${number.format(readings.stored)} stored`,
    ),
    row('Refused', counts(report.refused)),
    row('Orders', counts(report.orders)),
    row(
      'Proposals',
      `${report.answers.approved} approved · ${report.answers.declined} declined by customers`,
    ),
    row(
      'Staff',
      `${review.approved} approved · ${review.declined} declined of the orders that waited for them`,
    ),
    row(
      'Announcements',
      `${announcements.written} written · ${announcements.delivered} delivered by mail · ${announcements.failed} failed`,
    ),
    row(
      'Merchant',
      `${merchant.purchases} purchases · ${merchant.delivered} delivered · ${money(merchant.spentMinor)}`,
    ),
    row(
      'Parcels',
      `${parcels.perPurchase.toFixed(2)} a purchase: ${parcels.boxes} boxes · ${parcels.shared} purchases shared one · ${money(parcels.savedMinor)} of shipping saved`,
    ),
    row('Used up', `${report.cycles} fillings, of slots that the platform may keep filled`),
    row(
      'Stockouts',
      `${report.stockouts} of those (${report.stockoutsUnavoidable} before any order could arrive) · ${report.stockoutsUncovered} where the customer does not let it order`,
    ),
    row('Delivered', `${days(report.medianDaysEarly)} (median)`),
    row(
      'Put in',
      `${installations.real} delivered fillings · ${installations.recognised} recognised from telemetry · ${installations.imagined} imagined`,
    ),
    row('Decisions', counts(report.decisions)),
    row('Real captures', captures.length === 0 ? 'none found' : `${shown.join(', ')}${more}`),
    ...verdict(report),
    '',
    '  What customers were told:',
    ...report.sentences.map(
      ({ day, customer, outcome, sentence }) => `  day ${day}, ${customer} (${outcome}):\n      ${sentence}`,
    ),
    '',
  ].join('\n');
}
