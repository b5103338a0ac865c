import type { JurisdictionProfile } from './jurisdictions.ts';

/**
 * What the law of a place asks for, as data; docs/jurisdictions.md cites the source of every figure and
 * says which of them nobody has verified. Stricter than the law is allowed, laxer is a mistake.
 */

/** For places without a profile of their own: the strictest of every figure. */
export const STRICTEST: JurisdictionProfile = {
  code: 'default',
  name: 'Anywhere else: the strictest of all rules',
  strategyWithoutAnnouncement: 'curated',
  minCancelWindowHours: 48,
  annualReminder: true,
  feeChangeNotice: { minDays: 7, maxDays: 30 },
  withdrawal: { days: 14, withFunction: true },
  telemetryWithoutConsent: true,
};

const EU: JurisdictionProfile = {
  code: 'EU',
  name: 'European Union',
  strategyWithoutAnnouncement: 'curated',
  minCancelWindowHours: 24,
  annualReminder: true,
  feeChangeNotice: null,
  // Directive 2011/83/EU, Articles 9 and 11a (the latter by Directive (EU) 2023/2673).
  withdrawal: { days: 14, withFunction: true },
  telemetryWithoutConsent: true,
};

/** Member States of the Union by ISO 3166-1; Greece also by the code that the Union itself uses. */
const MEMBER_STATES = 'AT BE BG CY CZ DE DK EE EL ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK';

const members = MEMBER_STATES.split(' ').map(
  (code): JurisdictionProfile => ({
    ...EU,
    code,
    name: code === 'DE' ? 'Germany' : `European Union (${code})`,
  }),
);

/** Not members, but they apply Directive 2011/83/EU through the EEA Agreement. */
const eea = ['IS', 'LI', 'NO'].map(
  (code): JurisdictionProfile => ({
    ...EU,
    code,
    name: `European Economic Area (${code})`,
  }),
);

const UK: JurisdictionProfile = {
  ...EU,
  code: 'GB',
  name: 'United Kingdom',
  // Consumer Contracts Regulations 2013, regulation 30. The function of Article 11a is the Union's.
  withdrawal: { days: 14, withFunction: false },
};

const US: JurisdictionProfile = {
  code: 'US',
  name: 'United States, where no State has a profile here',
  strategyWithoutAnnouncement: 'curated',
  minCancelWindowHours: 24,
  annualReminder: true,
  feeChangeNotice: { minDays: 7, maxDays: 30 },
  withdrawal: null,
  telemetryWithoutConsent: true,
};

export const PROFILES: readonly JurisdictionProfile[] = [
  EU,
  ...members,
  ...eea,
  UK,
  US,
  // Business and Professions Code §17602: annual reminder, and 7 to 30 days before a change of the fee.
  { ...US, code: 'US-CA', name: 'California' },
  // General Business Law §527-a: 5 to 30 days before a change of the price.
  { ...US, code: 'US-NY', name: 'New York', feeChangeNotice: { minDays: 5, maxDays: 30 } },
];
