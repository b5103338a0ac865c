import type { TipName } from '../tips.ts';
import type { LocalDate, Money } from '../types.ts';

type Nothing = Readonly<Record<never, never>>;
interface Unseen {
  readonly name: string;
  /** Since when nobody knows how much is left; null: nobody ever did. */
  readonly since: LocalDate | null;
  readonly today: LocalDate;
}

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

  'rung-respond': Nothing;
  'rung-coach': Nothing;
  'rung-curated': Nothing;
  'rung-automatic': Nothing;
  'rung-learning': Nothing;
  'rung-dear': Nothing;
  /** `place`: whose law it is. */
  'rung-not-announced': { readonly place: string };
  'autonomy-limited': Nothing;
  'autonomy-back': { readonly since: LocalDate; readonly today: LocalDate };
  'suggest-predictable': { readonly days: number };
  'suggest-cancelled': { readonly count: number };
  press: Nothing;
  'press-ordered': Nothing;
  'press-repeated': Nothing;
  'press-proposal': Nothing;
  'press-refused': Nothing;
  'press-which': Nothing;
  'press-unowned': Nothing;
  'press-late': { readonly hours: number };
  'you-ordered': Nothing;
  'level-not-told': Unseen;
  'level-not-heard': Unseen;
  'lasts-usually': {
    readonly p10: LocalDate | null;
    readonly p50: LocalDate;
    readonly p90: LocalDate | null;
    readonly today: LocalDate;
  };
  'shall-order': { readonly quantity: number };
  'waits-for-answer': Nothing;
  'level-known': Nothing;
  /** Advice by its name in core/tips.ts. */
  tip: { readonly tip: TipName };
}

export type AskTexts = { readonly [C in keyof AskFacts]: (facts: AskFacts[C]) => string };
