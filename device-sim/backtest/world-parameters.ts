/**
 * Every number of the synthetic world, in one place. The world is an assumption: no public history of
 * toner levels exists. Its outline (archetypes, gauges, lead times, costs) is the one the forecast was
 * designed against; docs/benchmark.md says what follows from that. A world variant changes only what it names.
 */

export type ArchetypeName =
  | 'office'
  | 'intermittent'
  | 'burst'
  | 'school'
  | 'drift'
  | 'step'
  | 'home'
  | 'heating';
export type FamilyName = 'home' | 'workgroup' | 'department' | 'tank';

/** How one kind of site uses its consumable. Fractions of a filling, days, probabilities per day. */
export interface Archetype {
  readonly share: number;
  /** Life of one filling in days, log-uniform between the two. */
  readonly lifeDays: readonly [number, number];
  /** Relative use Monday … Sunday; normalised to sum to 7. */
  readonly weekday: readonly number[];
  /** Shape of the gamma-distributed use of an ordinary active day: 1/shape is its squared variation. */
  readonly dailyShape: number;
  /** Share of days on which the device is used at all. */
  readonly activeShare: number;
  /** Rare big jobs: chance per day, and size as a fraction of a filling (uniform). */
  readonly burst: { readonly perDay: number; readonly size: readonly [number, number] } | null;
  /** Log-rate random walk: standard deviation per day, pulled back with this half-life in days. */
  readonly drift: { readonly sdPerDay: number; readonly halfLifeDays: number } | null;
  /** Sudden change to another log-rate: chance per day, standard deviation of the new log-rate. */
  readonly step: { readonly perDay: number; readonly sd: number } | null;
  /** Use during a closure, relative to an ordinary day. */
  readonly closureUse: number;
  /** Use in August (not in any published calendar), relative to an ordinary day. */
  readonly augustUse: number;
  /** Unannounced absence: chance per day and length in days (uniform). Nothing is used. */
  readonly absence: { readonly perDay: number; readonly days: readonly [number, number] };
  /** School holidays count as closures (spring, summer, Christmas). */
  readonly schoolHolidays: boolean;
  /** Use follows the degree-days of the season; the weather around them is the drift. */
  readonly degreeDays: boolean;
}

/** How the slot measures. */
export interface GaugeClass {
  readonly name: string;
  readonly share: number;
  /** Step of the reported level; null: OK / LOW / OUT only. */
  readonly quantum: number | null;
  /** Standard deviation of one reading before rounding. */
  readonly noise: number;
  /** The device reports replacements by itself. */
  readonly notifiesSwap: boolean;
}

export interface Faults {
  /** A day's reading that never comes. */
  readonly missed: number;
  /** Start of a network outage per day; its length; the share that are long, and their length. */
  readonly outagePerDay: number;
  readonly outageDays: readonly [number, number];
  readonly longOutageShare: number;
  readonly longOutageDays: readonly [number, number];
  readonly duplicate: number;
  /** A reading that arrives days late and out of order. */
  readonly delayed: number;
  readonly delayDays: readonly [number, number];
  readonly falseZero: number;
  readonly unknownLevel: number;
  /** A shaken cartridge reads higher for some days: chance per filling, height, length. */
  readonly rebound: number;
  readonly reboundHeight: readonly [number, number];
  readonly reboundDays: readonly [number, number];
  /** Standard deviation of (gauge − truth) at the end of a filling; grows linearly with what was used. */
  readonly gaugeBias: number;
  /** Standard deviation of a filling's true capacity. */
  readonly yieldVariation: number;
  /** Device clocks off by up to this many minutes (uniform, per device). */
  readonly clockSkewMinutes: number;
  /** The device tells the serial of the supply: share of devices. */
  readonly serialShare: number;
  /** Share of devices registered under another model: wrong typical life and wrong prior. */
  readonly wrongModel: number;
}

interface LeadTimes {
  /** Chance of 0, 1, 2 … business days for an ordinary parcel. */
  readonly ordinary: readonly number[];
  /** Share of late parcels, and their extra business days (uniform integers). */
  readonly lateShare: number;
  readonly lateDays: readonly [number, number];
  /** Share of parcels that never come; the merchant says so after this many business days. */
  readonly lostShare: number;
  readonly lostKnownAfterDays: number;
}

/** Euro. */
export interface WorldCosts {
  readonly unit: number;
  readonly stockout: number;
  readonly lostWorkingDay: number;
  readonly shelfDay: number;
}

export interface WorldParameters {
  readonly archetypes: Readonly<Record<ArchetypeName, Archetype>>;
  readonly gauges: readonly GaugeClass[];
  readonly faults: Faults;
  readonly leadTimes: LeadTimes;
  readonly costs: WorldCosts;
  /** People replace a low cartridge early once a spare is at hand: per working day, below this level. */
  readonly earlySwap: { readonly perWorkingDay: number; readonly belowLevel: number };
  /** Devices that share a site, its absences and its shocks. */
  readonly devicesPerSite: number;
  /** Log-rate shock of a whole site: chance per day, standard deviation, half-life in days. */
  readonly siteShock: { readonly perDay: number; readonly sd: number; readonly halfLifeDays: number } | null;
  /** Share of schools whose holidays are in the published calendar. */
  readonly publishedHolidays: number;
  /** Pages of one filling at the maker's coverage; log-sd of a device's true coverage; log-sd from day to day. */
  readonly pages: { readonly perFilling: number; readonly deviceSd: number; readonly daySd: number };
  /**
   * A policy may ask instead of ordering. The customer answers on a working day with this chance, looks at
   * the device, and agrees if it is below this level and no spare lies there.
   */
  readonly asked: { readonly answersPerWorkingDay: number; readonly agreesBelowLevel: number };
  readonly horizonDays: number;
  /** Days since the device joined that count as cold start, apart from the main figures. */
  readonly coldStartDays: number;
}

const OFFICE_WEEK = [1.5, 1.5, 1.4, 1.4, 1.1, 0.05, 0.05];
const EVERY_DAY = [1, 1, 1, 1, 1, 1, 1];
const SHORT_ABSENCES = { perDay: 1 / 240, days: [3, 14] } as const;

const OFFICE: Archetype = {
  share: 0.34,
  lifeDays: [30, 180],
  weekday: OFFICE_WEEK,
  dailyShape: 1.2,
  activeShare: 1,
  burst: null,
  drift: null,
  step: null,
  closureUse: 0.03,
  augustUse: 0.6,
  absence: SHORT_ABSENCES,
  schoolHolidays: false,
  degreeDays: false,
};

const ARCHETYPES: Readonly<Record<ArchetypeName, Archetype>> = {
  office: OFFICE,
  intermittent: { ...OFFICE, share: 0.18, lifeDays: [60, 300], activeShare: 0.25, dailyShape: 1.2 },
  burst: { ...OFFICE, share: 0.12, lifeDays: [40, 150], burst: { perDay: 1 / 25, size: [0.03, 0.15] } },
  school: {
    ...OFFICE,
    share: 0.1,
    lifeDays: [40, 200],
    weekday: [1.4, 1.4, 1.4, 1.4, 1.4, 0, 0],
    schoolHolidays: true,
    augustUse: 1,
  },
  drift: { ...OFFICE, share: 0.1, drift: { sdPerDay: 0.035, halfLifeDays: 150 } },
  step: { ...OFFICE, share: 0.08, step: { perDay: 1 / 150, sd: 0.5 } },
  home: {
    ...OFFICE,
    share: 0.08,
    lifeDays: [300, 700],
    weekday: EVERY_DAY,
    activeShare: 0.3,
    dailyShape: 1,
    closureUse: 1,
    absence: { perDay: 1 / 180, days: [5, 21] },
  },
  heating: {
    ...OFFICE,
    share: 0,
    lifeDays: [150, 400],
    weekday: EVERY_DAY,
    dailyShape: 12,
    drift: { sdPerDay: 0.15, halfLifeDays: 4 },
    closureUse: 1,
    augustUse: 1,
    degreeDays: true,
  },
};

export const BASE_WORLD: WorldParameters = {
  archetypes: ARCHETYPES,
  gauges: [
    { name: '1 %', share: 0.6, quantum: 0.01, noise: 0.005, notifiesSwap: false },
    { name: '5 %', share: 0.1, quantum: 0.05, noise: 0.008, notifiesSwap: false },
    { name: '10 %', share: 0.22, quantum: 0.1, noise: 0.01, notifiesSwap: false },
    { name: 'OK/LOW/OUT', share: 0.08, quantum: null, noise: 0.01, notifiesSwap: true },
  ],
  faults: {
    missed: 0.04,
    outagePerDay: 0.01,
    outageDays: [1, 6],
    longOutageShare: 0.03,
    longOutageDays: [15, 60],
    duplicate: 0.01,
    delayed: 0.01,
    delayDays: [1, 4],
    falseZero: 0.001,
    unknownLevel: 0.003,
    rebound: 0.3,
    reboundHeight: [0.03, 0.1],
    reboundDays: [1, 4],
    gaugeBias: 0.02,
    yieldVariation: 0.05,
    clockSkewMinutes: 3,
    serialShare: 0,
    wrongModel: 0,
  },
  leadTimes: {
    ordinary: [0, 0, 0.25, 0.35, 0.25, 0.15],
    lateShare: 0.03,
    lateDays: [4, 9],
    lostShare: 0,
    lostKnownAfterDays: 15,
  },
  costs: { unit: 80, stockout: 25, lostWorkingDay: 40, shelfDay: 0.06 },
  earlySwap: { perWorkingDay: 0.04, belowLevel: 0.35 },
  devicesPerSite: 1,
  siteShock: null,
  publishedHolidays: 0.5,
  pages: { perFilling: 3000, deviceSd: 0.25, daySd: 0.15 },
  asked: { answersPerWorkingDay: 0.3, agreesBelowLevel: 0.5 },
  horizonDays: 660,
  coldStartDays: 75,
};

/** The maker's typical life per device family, and how often each archetype buys from it. */
export const FAMILIES: Readonly<
  Record<
    FamilyName,
    { readonly typicalLifeDays: number; readonly buyers: Partial<Record<ArchetypeName, number>> }
  >
> = {
  home: { typicalLifeDays: 365, buyers: { home: 1, intermittent: 0.3 } },
  workgroup: {
    typicalLifeDays: 120,
    buyers: { office: 0.6, intermittent: 0.7, burst: 0.7, school: 0.5, drift: 0.6, step: 0.6 },
  },
  department: {
    typicalLifeDays: 60,
    buyers: { office: 0.4, burst: 0.3, school: 0.5, drift: 0.4, step: 0.4 },
  },
  tank: { typicalLifeDays: 250, buyers: { heating: 1 } },
};

const only = (name: ArchetypeName): Readonly<Record<ArchetypeName, Archetype>> => {
  const shares = Object.entries(ARCHETYPES).map(([key, value]) => [
    key,
    { ...value, share: key === name ? 1 : 0 },
  ]);
  return Object.fromEntries(shares) as Record<ArchetypeName, Archetype>;
};

/** World variants by name. `base` is what docs/benchmark.md's main table is made of. */
export const WORLDS: Readonly<Record<string, WorldParameters>> = {
  base: BASE_WORLD,
  'site-shocks': {
    ...BASE_WORLD,
    devicesPerSite: 5,
    siteShock: { perDay: 1 / 120, sd: 0.4, halfLifeDays: 60 },
  },
  fuel: {
    ...BASE_WORLD,
    archetypes: only('heating'),
    gauges: [{ name: '5 %', share: 1, quantum: 0.05, noise: 0.01, notifiesSwap: false }],
    earlySwap: { perWorkingDay: 0, belowLevel: 0 },
  },
  'wrong-model': { ...BASE_WORLD, faults: { ...BASE_WORLD.faults, wrongModel: 0.3 } },
  'lost-parcels': { ...BASE_WORLD, leadTimes: { ...BASE_WORLD.leadTimes, lostShare: 0.02 } },
  serials: { ...BASE_WORLD, faults: { ...BASE_WORLD.faults, serialShare: 1 } },
  harsh: {
    ...BASE_WORLD,
    faults: {
      ...BASE_WORLD.faults,
      missed: 0.15,
      outagePerDay: 0.02,
      longOutageShare: 0.1,
      duplicate: 0.1,
      delayed: 0.1,
      falseZero: 0.01,
      gaugeBias: 0.05,
      clockSkewMinutes: 60,
    },
  },
  'nobody-answers': { ...BASE_WORLD, asked: { answersPerWorkingDay: 0, agreesBelowLevel: 0 } },
  'patient-people': { ...BASE_WORLD, earlySwap: { perWorkingDay: 0.02, belowLevel: 0.2 } },
  'cheap-early': { ...BASE_WORLD, earlySwap: { perWorkingDay: 0, belowLevel: 0 } },
};

export function worldNamed(name: string): WorldParameters {
  const world = WORLDS[name];
  if (world === undefined) {
    throw new RangeError(`no world "${name}"; there are ${Object.keys(WORLDS).join(', ')}`);
  }
  return world;
}
