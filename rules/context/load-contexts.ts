import { cancelWindowMs, profileOf } from '../../core/jurisdictions.ts';
import type {
  Costs,
  Instant,
  JoinableParcel,
  PolicySettings,
  SiteCalendar,
  StepContext,
} from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { loadPopulations } from '../../platform/populations/load-populations.ts';
import { loadPublicHolidays } from '../../platform/public-holidays.ts';
import { loadJoinable, type MadeUpParcel, type ParcelOf } from '../parcels/joinable-parcels.ts';
import type { Policy } from '../policy.ts';
import { loadQuotes, type QuotesOfProduct } from '../quotes/known-quotes.ts';
import { quotedLeadTime, quotedOffer, quotedShipping } from '../quotes/quoted-offer.ts';
import { type Autonomy, loadCeilings } from './ceilings.ts';
import { loadHalts } from './halts.ts';
import { type HoldsOf, loadHolds } from './holds.ts';
import { loadLeadTimes } from './lead-times.ts';
import { loadMandates, type ScopedMandate } from './mandates.ts';
import { loadOpenOrders } from './open-orders.ts';
import { loadReviews } from './reviews.ts';
import { loadSpend } from './spend.ts';
import { loadSurroundings, type Surroundings, type Wanted } from './surroundings.ts';

/** A consumable and everything around it that core's step wants to know. */
export interface Context {
  readonly about: Surroundings;
  /** Whose orders count against the mandate's limits; null without a mandate. */
  readonly scope: ScopedMandate['scope'] | null;
  /** How far the strategy that was chosen may go now. */
  readonly autonomy: Autonomy;
  readonly step: StepContext;
  /** What is just being made up for the same customer at the same merchant; null: nothing. */
  readonly parcel: MadeUpParcel | null;
  /** What the merchant said of the product on offer, by quantity. */
  readonly quotes: QuotesOfProduct;
}

export interface Contexts {
  readonly of: ReadonlyMap<string, Context>;
  /** Consumables whose surroundings make no sense (a zone that does not exist), and why. */
  readonly broken: ReadonlyMap<string, Error>;
}

/**
 * Everything around the wanted consumables, in a fixed number of statements however many they are.
 * Each is wanted once; those that no longer exist are left out.
 */
export async function loadContexts(
  db: Queryable,
  wanted: readonly Wanted[],
  policy: Policy,
  now: Instant,
): Promise<Contexts> {
  const of = new Map<string, Context>();
  const broken = new Map<string, Error>();
  if (wanted.length === 0) return { of, broken };
  const surroundings = await loadSurroundings(db, wanted, now);
  const contextOf = await loadNeighbours(db, wanted, surroundings, policy, now);
  for (const about of surroundings) {
    try {
      of.set(about.consumableId, contextOf(about));
    } catch (error) {
      broken.set(about.consumableId, error instanceof Error ? error : new Error(String(error)));
    }
  }
  return { of, broken };
}

/** What other tables say about the consumables; returns how to put one's context together. */
async function loadNeighbours(
  db: Queryable,
  wanted: readonly Wanted[],
  surroundings: readonly Surroundings[],
  policy: Policy,
  now: Instant,
): Promise<(about: Surroundings) => Context> {
  const consumableIds = wanted.map(({ consumableId }) => consumableId);
  const customerIds = [...new Set(surroundings.flatMap(({ customerId }) => customerId ?? []))];
  const holdsOf = await loadHolds(db, customerIds, now);
  const mandateOf = await loadMandates(db, customerIds, surroundings, now);
  const openOrderOf = await loadOpenOrders(db, consumableIds);
  const spendOf = await loadSpend(db, wanted, surroundings, now);
  const haltsOf = await loadHalts(db, customerIds);
  const populationOf = await loadPopulations(db, surroundings);
  const leadTimeOf = await loadLeadTimes(db, surroundings);
  const reviewOf = await loadReviews(db, wanted, now);
  const quotesOf = await loadQuotes(
    db,
    surroundings.flatMap(({ offer }) => offer?.productId ?? []),
    now,
  );
  const autonomyOf = await loadCeilings(db, surroundings, now);
  const parcelOf = await loadJoinable(db, policy.consolidationSlackMs === 0 ? [] : customerIds, now);
  const calendarOf = await loadCalendars(surroundings, holdsOf, now);
  // What is placed knows its total; for what is still to be decided, its parcel counts as spent already.
  const undecided = new Set(
    wanted.filter(({ order }) => order === null).map(({ consumableId }) => consumableId),
  );
  const costsWith = sharedCosts(policy);
  return (about) => {
    const { consumableId, customerId, deviceModelId, firmware, jurisdiction, timeZone } = about;
    const quotes = about.offer === null ? NO_QUOTES : quotesOf(about.offer.productId);
    const offer = about.offer === null ? null : quotedOffer(about.offer, quotes);
    const calendar = calendarOf(about);
    const parcel = undecided.has(consumableId) ? joinedBy(about, parcelOf) : null;
    const alone = quotedShipping(quotes) ?? policy.costs.shippingMinor;
    const shippingMinor = parcel?.carriesShipping === true && about.merchantCombines ? 0 : alone;
    const scoped = mandateOf(about);
    const autonomy = consented(autonomyOf(about), scoped, about);
    const spend = spendOf(consumableId, scoped);
    const shipping = undecided.has(consumableId) ? shippingMinor : 0;
    const { productId, merchantId } = offer ?? { productId: null, merchantId: null };
    return {
      about,
      scope: scoped?.scope ?? null,
      quotes,
      parcel,
      autonomy,
      step: {
        profile: about.profile,
        calendar,
        leadTime: quotedLeadTime(leadTimeOf(about), quotes, calendar),
        costs: costsWith(shippingMinor),
        settings: settingsFor(jurisdiction, policy),
        strategy: autonomy.strategy,
        limited: autonomy.limited,
        backSince: autonomy.backSince,
        offer,
        openOrder: openOrderOf(consumableId, timeZone),
        mandate: scoped?.mandate ?? null,
        spend: { ...spend, minor: spend.minor + shipping },
        halts: haltsOf({ productId, merchantId, deviceModelId, firmware, customerId }),
        population: populationOf(about),
        review: reviewOf(consumableId),
        skipUntil: about.skipUntil,
        parcel: joinableUntil(parcel, about, alone, policy, now),
      },
    };
  };
}

/** Without a consent the gates say so: nobody who never agreed to automatic orders, or took it back, is asked instead. */
const consented = (known: Autonomy, scoped: ScopedMandate | null, { strategy }: Surroundings): Autonomy =>
  scoped === null ? { ...known, strategy, limited: null } : known;

const joinedBy = ({ combines, customerId, offer }: Surroundings, parcelOf: ParcelOf): MadeUpParcel | null =>
  combines ? parcelOf(customerId, offer?.merchantId ?? null) : null;

/** What joining is worth: one parcel less, and its shipping where the merchant charges it once. */
function joinableUntil(
  parcel: MadeUpParcel | null,
  { merchantCombines }: Surroundings,
  shippingMinor: number,
  { consolidationSlackMs, parcelWorthMinor }: Policy,
  now: Instant,
): JoinableParcel | null {
  if (parcel === null) return null;
  const saved = merchantCombines ? shippingMinor : 0;
  return { until: now + consolidationSlackMs, worthMinor: parcelWorthMinor + saved };
}

/** The law of the customer's place may want a longer cancel window than the platform's setting. */
function settingsFor(jurisdiction: string | null, { settings }: Policy): PolicySettings {
  if (jurisdiction === null) return settings;
  const shortest = cancelWindowMs(settings.cancelWindowMs, profileOf(jurisdiction));
  return shortest === settings.cancelWindowMs ? settings : { ...settings, cancelWindowMs: shortest };
}

const NO_QUOTES: QuotesOfProduct = new Map();

/** One object for all that ship at the platform's own figure. */
function sharedCosts({ costs }: Policy): (shippingMinor: number) => Costs {
  return (shippingMinor) => (shippingMinor === costs.shippingMinor ? costs : { ...costs, shippingMinor });
}

/**
 * The site's days: its zone, its public holidays and the holds that concern it. Core compiles a calendar
 * once per object: consumables with equal calendars share one.
 */
async function loadCalendars(
  surroundings: readonly Surroundings[],
  holdsOf: HoldsOf,
  now: Instant,
): Promise<(about: Surroundings) => SiteCalendar> {
  const closuresOf = await loadPublicHolidays(
    surroundings.map(({ place }) => place),
    now,
  );
  const calendars = new Map<string, SiteCalendar>();
  return (about) => {
    const holds = holdsOf(about);
    const { siteTimeZone: timeZone, place, degreeDays: normals } = about;
    const key = JSON.stringify([timeZone, place?.country, place?.region, normals, holds]);
    const calendar = calendars.get(key) ?? {
      ...{ timeZone, closures: closuresOf(place), holds },
      ...(normals === null ? {} : { degreeDays: { normals } }),
    };
    calendars.set(key, calendar);
    return calendar;
  };
}
