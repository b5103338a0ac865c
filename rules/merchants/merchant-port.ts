import type { MerchantOrder, PlaceOrder, Quote, Rejection } from '../../contracts/merchant.ts';

/** No answer that can be relied on: whether the merchant acted is not known. */
export interface Unknown {
  readonly outcome: 'unknown';
  readonly detail: string;
}

export type PlaceAnswer =
  | { readonly outcome: 'accepted'; readonly order: MerchantOrder }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection }
  | Unknown;

export type FindAnswer =
  | { readonly outcome: 'found'; readonly order: MerchantOrder }
  | { readonly outcome: 'none' }
  | Unknown;

export type CancelAnswer = { readonly outcome: 'cancelled' } | { readonly outcome: 'refused' } | Unknown;

export type QuoteAnswer =
  | { readonly outcome: 'quoted'; readonly quote: Quote }
  | { readonly outcome: 'unavailable' }
  | Unknown;

/**
 * What the platform needs of a merchant. No method throws for what a merchant does or fails to do: what
 * can be expected of a network is an answer.
 */
export interface MerchantPort {
  /** The same client reference is the same purchase, however often it is asked for. */
  readonly place: (order: PlaceOrder) => Promise<PlaceAnswer>;
  readonly find: (clientReference: string) => Promise<FindAnswer>;
  readonly cancel: (reference: string) => Promise<CancelAnswer>;
  readonly quote: (sku: string, quantity: number) => Promise<QuoteAnswer>;
}
