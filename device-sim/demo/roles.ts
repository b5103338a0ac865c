import type { Strategy } from '../../core/types.ts';

/** What a customer is in the story; each role is a rule of the platform that can be watched. */
export interface RoleTerms {
  readonly strategy: Strategy;
  /** `low-price`: the mandate's price limit lies just below the product's price. `budget`: one order a month. */
  readonly consent: 'full' | 'none' | 'low-price' | 'budget';
  /** Goes away in the period and tells the platform beforehand; `late`: only days before. */
  readonly hold: 'none' | 'early' | 'late';
  /** Answers to what is proposed: approves all, or declines the first. */
  readonly answers: 'none' | 'approves' | 'declines-first';
  /** Takes the consent back in the middle, with an announced order open. */
  readonly withdraws: boolean;
  /** A device that is used up fast makes the story short. */
  readonly fast: boolean;
}

const PLAIN: RoleTerms = {
  strategy: 'automatic',
  consent: 'full',
  hold: 'none',
  answers: 'none',
  withdraws: false,
  fast: false,
};

const ROLES = {
  automatic: PLAIN,
  vacation: { ...PLAIN, hold: 'early', fast: true },
  'no-consent': { ...PLAIN, consent: 'none', fast: true },
  curated: { ...PLAIN, strategy: 'curated', answers: 'approves', consent: 'none', fast: true },
  'price-limit': { ...PLAIN, consent: 'low-price', fast: true },
  withdraws: { ...PLAIN, withdraws: true, fast: true },
  declines: { ...PLAIN, strategy: 'curated', answers: 'declines-first' },
  coach: { ...PLAIN, strategy: 'coach', consent: 'none' },
  budget: { ...PLAIN, consent: 'budget', fast: true },
  'late-hold': { ...PLAIN, hold: 'late' },
  approves: { ...PLAIN, strategy: 'curated', answers: 'approves' },
} as const satisfies Record<string, RoleTerms>;
export type Role = keyof typeof ROLES;

export const termsOf = (role: Role): RoleTerms => ROLES[role];

/** The n-th customer's role: first every story once, then mostly ordinary customers. */
const STORIES = Object.keys(ROLES) as Role[];
const AFTERWARDS: readonly Role[] = ['automatic', 'vacation', 'automatic', 'approves', 'late-hold'];

export function roleOf(customer: number): Role {
  return STORIES[customer] ?? AFTERWARDS[customer % AFTERWARDS.length] ?? 'automatic';
}

/** Whether the platform is free to keep the customer's slots filled: by a full consent, or by asking first. */
export function isCovered(role: Role): boolean {
  const { consent, answers, strategy } = termsOf(role);
  return strategy === 'automatic' ? consent === 'full' : answers === 'approves';
}
