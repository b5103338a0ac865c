import type { OrderTexts } from './order.ts';

/** What the merchant added in its own words, in brackets. */
const added = (detail: string): string => (detail === '' ? '' : ` (${detail})`);

export const ORDER_ENGLISH: OrderTexts = {
  'order-unanswered': () => 'Nobody answered the proposal in time.',
  'order-unchecked': ({ detail }) => `The conditions could not be checked: ${detail}`,
  'order-halted': ({ reason }) => `Orders are halted: ${reason}`,
  'order-approved-early': () => 'Approved before the time to cancel was over.',
  'order-delayed': ({ days }) => `Delayed by ${days === 1 ? 'one day' : `${days} days`}.`,
  'order-skipped': () => 'Skipped this time.',
  'order-cancelled': () => 'Cancelled before it was placed.',
  'order-approved': () => 'Approved.',
  'order-declined': () => 'Declined.',
  'order-arrived-said': () => 'The customer says that it has arrived.',
  'order-never-came-said': () => 'The customer says that it never came.',
  'order-not-needed': () => 'It is not needed.',
  'order-strategy-changed': () => 'The strategy was changed; the order waits for approval.',
  'order-consent-withdrawn': () => 'The consent to order automatically was withdrawn.',
  'order-device-given-away': () => 'The device was given away.',
  'order-customer-erased': () => 'The customer asked to be erased.',
  'order-withdrawn-before': () => 'You withdrew from the purchase before it was placed.',
  'order-withdrawn': () => 'The customer withdrew from the purchase.',
  'order-wished-later': () => 'The customer would like it later; the merchant is asked to take it back.',
  'order-arrived-seen': () => 'It has arrived: the device reports a new filling, and there was no spare.',
  'order-installed-seen': () => 'The device reports a new filling.',
  'order-merchant-has': ({ reference, status }) => `The merchant has it as ${reference}: ${status}.`,
  'order-merchant-asked': ({ reference, status }) =>
    `Asked about it, the merchant has it as ${reference}: ${status}.`,
  'order-merchant-refused': ({ code, detail }) => `The merchant refused it (${code}): ${detail}`,
  'order-merchant-never-had': () => 'The merchant never received it; it is tried again.',
  'order-merchant-silent': ({ detail }) => `The merchant did not answer (${detail}).`,
  'order-taken-back-consent': () => 'The consent was withdrawn; the merchant has cancelled it too.',
  'order-taken-back-withdrawn': () => 'You withdrew from the purchase; the merchant has cancelled it.',
  'order-taken-back-not-needed': () => 'It was not needed; the merchant has cancelled it.',
  'order-taken-back-move': () =>
    'It is moved: the merchant has cancelled it, and it is ordered anew for when you are back.',
  'order-not-taken-back': () => 'The merchant could not take it back any more: it is on its way.',
  'order-lost': () => 'It never arrived: the money is asked back, and what is needed is ordered anew.',
  'order-late': () =>
    'It is later than hardly any other delivery of this merchant; the merchant is asked about it.',
  'order-presumed-lost': () =>
    'It should long have been there. Has it arrived? If not, it is taken for lost in five days.',
  'order-not-installed': () =>
    'It was delivered, and the device is still empty. Is it there? Put it in, count your spares, or say that it never came.',
  'order-merchant-mute': () => 'The merchant has not said for two days whether it takes the order.',
  'issue-unknown-sku': ({ sku }) =>
    `The merchant knows no ${sku}: the product is no longer ordered until somebody corrects it.`,
  'issue-never-had': () => 'The merchant never had the order.',
  'issue-in-person': () => 'The merchant takes such requests only in person: the staff will see to it.',
  'issue-unsettled': () => 'The merchant has not settled it in three months.',
  'order-merchant-forgot': () => 'The merchant does not know this order any more.',
  'order-bought-anyway': ({ reference }) =>
    `A request that was under way reached the merchant after the order had ended here (${reference}): it is cancelled there.`,
  'order-anyway-cancelled': () => 'The merchant has cancelled what had reached it too late.',
  'order-anyway-shipped': () =>
    'The merchant could not cancel what had reached it too late: it is asked to take it back and to refund it.',
  'order-paid-back': () => 'The merchant has paid it back.',
  'order-left-unseen': () => 'It had left: what the merchant took back was on its way.',
  'order-needs-address': ({ detail }) =>
    `The merchant cannot deliver to the address: correct it, then approve the order again.${added(detail)}`,
  'order-needs-payment': ({ detail }) =>
    `The payment did not go through: settle it with the merchant, then approve the order again.${added(detail)}`,
  'order-needs-confirmation': ({ detail }) =>
    `Your bank wants you to confirm the payment: do so, then approve the order again.${added(detail)}`,
  'order-needs-any-address': () =>
    'Nobody has said where to deliver it: enter an address, then approve the order again.',
};
