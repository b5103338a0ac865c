import type {
  MerchantOrder,
  MerchantReturn,
  PlaceOrder,
  Quote,
  Rejection,
  ReturnRequest,
} from '../../contracts/merchant.ts';

/** No answer that can be relied on: whether the merchant acted is not known. */
export interface Unknown {
  readonly outcome: 'unknown';
  readonly detail: string;
}

/** The merchant has it, and a person there has not answered yet: it is asked for again later. */
export interface Pending {
  readonly outcome: 'pending';
  readonly detail: string;
}

/** The merchant does not do such a thing. */
interface NotOffered {
  readonly outcome: 'not-offered';
}

export type PlaceAnswer =
  | { readonly outcome: 'accepted'; readonly order: MerchantOrder }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection }
  | Pending
  | Unknown;

export type FindAnswer =
  | { readonly outcome: 'found'; readonly order: MerchantOrder }
  /** Said by merchants that answer later: it was refused. */
  | { readonly outcome: 'rejected'; readonly rejection: Rejection }
  | { readonly outcome: 'none' }
  | Pending
  | Unknown;

export type CancelAnswer =
  | { readonly outcome: 'cancelled' }
  | { readonly outcome: 'refused' }
  | Pending
  | Unknown;

export type QuoteAnswer =
  | { readonly outcome: 'quoted'; readonly quote: Quote }
  | { readonly outcome: 'unavailable' }
  | NotOffered
  | Unknown;

export type ReturnAnswer =
  | { readonly outcome: 'answered'; readonly returned: MerchantReturn }
  | NotOffered
  | Unknown;

/** An order by the merchant's own name for it and by ours. */
interface BookedOrder {
  readonly reference: string;
  readonly clientReference: string;
}

/**
 * What the platform needs of a merchant. No method throws for what a merchant does or fails to do: what
 * can be expected of a network is an answer.
 */
export interface MerchantPort {
  /** The same client reference is the same purchase, however often it is asked for. */
  readonly place: (order: PlaceOrder) => Promise<PlaceAnswer>;
  readonly find: (clientReference: string) => Promise<FindAnswer>;
  readonly cancel: (order: BookedOrder) => Promise<CancelAnswer>;
  readonly quote: (sku: string, quantity: number) => Promise<QuoteAnswer>;
  /** The same return reference is the same return: asked for again, it tells how things stand. */
  readonly requestReturn: (order: BookedOrder, request: ReturnRequest) => Promise<ReturnAnswer>;
}
