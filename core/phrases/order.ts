type Nothing = Readonly<Record<never, never>>;

/** Why an order became what it is. */
export interface OrderFacts {
  'order-unanswered': Nothing;
  /** What an operator has to look at, in the program's words. */
  'order-unchecked': { readonly detail: string };
  'order-halted': { readonly reason: string };
  'order-approved-early': Nothing;
  'order-delayed': { readonly days: number };
  'order-skipped': Nothing;
  'order-cancelled': Nothing;
  'order-approved': Nothing;
  'order-declined': Nothing;
  'order-arrived-said': Nothing;
  'order-never-came-said': Nothing;
  'order-not-needed': Nothing;
  'order-strategy-changed': Nothing;
  'order-consent-withdrawn': Nothing;
  'order-device-given-away': Nothing;
  'order-customer-erased': Nothing;
  'order-withdrawn-before': Nothing;
  'order-withdrawn': Nothing;
  'order-wished-later': Nothing;
  'order-arrived-seen': Nothing;
  'order-installed-seen': Nothing;
  /** `status` as the merchant says it. */
  'order-merchant-has': { readonly reference: string; readonly status: string };
  'order-merchant-asked': { readonly reference: string; readonly status: string };
  'order-merchant-refused': { readonly code: string; readonly detail: string };
  'order-merchant-never-had': Nothing;
  'order-merchant-silent': { readonly detail: string };
  'order-taken-back-consent': Nothing;
  'order-taken-back-withdrawn': Nothing;
  'order-taken-back-not-needed': Nothing;
  'order-taken-back-move': Nothing;
  'order-not-taken-back': Nothing;
  'order-lost': Nothing;
  'order-paid-back': Nothing;
  'order-left-unseen': Nothing;
  'order-late': Nothing;
  'order-presumed-lost': Nothing;
  'order-not-installed': Nothing;
  'order-merchant-mute': Nothing;
  'issue-unknown-sku': { readonly sku: string };
  'issue-never-had': Nothing;
  'issue-in-person': Nothing;
  'issue-unsettled': Nothing;
  'order-merchant-forgot': Nothing;
  /** A purchase of an order that had ended here; `reference`: the merchant's name for it. */
  'order-bought-anyway': { readonly reference: string };
  'order-anyway-cancelled': Nothing;
  'order-anyway-shipped': Nothing;
  /** Something is wrong that the customer puts right; `detail` in the merchant's words. */
  'order-needs-address': { readonly detail: string };
  'order-needs-payment': { readonly detail: string };
  'order-needs-confirmation': { readonly detail: string };
  'order-needs-any-address': Nothing;
}

export type OrderTexts = { readonly [C in keyof OrderFacts]: (facts: OrderFacts[C]) => string };
