import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { consentSchema, newConsentSchema } from '../../../../contracts/http/consents.ts';
import { allPages } from '../../api/all-pages.ts';
import { call } from '../../api/http.ts';
import { platformNow } from '../../api/platform-time.ts';
import type { Wire } from '../../api/wire.ts';
import { useCustomer } from '../current-customer.tsx';

export type Consent = Wire<typeof consentSchema>;

/** Every consent of the customer, with the withdrawn and the expired. */
export function useConsents(): UseQueryResult<readonly Consent[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['consents', customerId],
    queryFn: ({ signal }) => allPages<Consent>('/v1/consents', { customerId }, signal),
  });
}

export const isLive = ({ withdrawal, validUntil }: Consent): boolean =>
  withdrawal === null && (validUntil === null || Date.parse(validUntil) > platformNow());

/** Whether a consent covers a consumable of a device. */
export const covers = (consent: Consent, deviceId: string, consumableId: string | null): boolean =>
  (consent.deviceId === null && consent.consumableId === null) ||
  consent.deviceId === deviceId ||
  (consumableId !== null && consent.consumableId === consumableId);

export const giveConsent = (body: z.input<typeof newConsentSchema>): Promise<Consent> =>
  call('POST', '/v1/consents', { body });
