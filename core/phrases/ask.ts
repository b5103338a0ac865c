import type { Money } from '../types.ts';

type Nothing = Readonly<Record<never, never>>;

/** What is said around asking, reviewing and stopping. */
export interface AskFacts {
  'no-review': Nothing;
  'review-pending': Nothing;
  'review-paused': Nothing;
  /** `before`: automatic orders that the customer has had. */
  'review-first-order': { readonly before: number };
  'review-high-price': { readonly total: Money; readonly from: Money };
  'review-price-rise': { readonly price: Money; readonly usual: Money; readonly share: number };
  'review-quantity-above': { readonly quantity: number; readonly limit: number };
  'review-quantity-odd': { readonly quantity: number; readonly usual: number };
  'review-use-rise': { readonly share: number };
  'review-refused': { readonly count: number };
  /** `before`: orders made for devices of the model. */
  'review-new-model': { readonly before: number };
}

export type AskTexts = { readonly [C in keyof AskFacts]: (facts: AskFacts[C]) => string };
