import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { consumableSchema } from '../../../../contracts/http/consumables.ts';
import type { decisionsPage } from '../../../../contracts/http/decisions.ts';
import type { deviceModelSchema } from '../../../../contracts/http/device-models.ts';
import type { deviceSchema } from '../../../../contracts/http/devices.ts';
import type { productSchema } from '../../../../contracts/http/products.ts';
import type { consumableHistorySchema } from '../../../../contracts/http/views.ts';
import { allPages } from '../../api/all-pages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { useCustomer } from '../current-customer.tsx';

export type Consumable = Wire<typeof consumableSchema>;
export type Device = Wire<typeof deviceSchema>;
export type Product = Wire<typeof productSchema>;
export type DeviceModel = Wire<typeof deviceModelSchema>;
export type History = Wire<typeof consumableHistorySchema>;
type Decisions = Wire<typeof decisionsPage>;
export type Decision = Decisions['items'][number];

/** Every consumable of the customer. Sentences come in the reader's language, so it is part of the key. */
export function useConsumables(): UseQueryResult<readonly Consumable[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['consumables', 'list', customerId, currentLanguage()],
    queryFn: ({ signal }) => allPages<Consumable>('/v1/consumables', { customerId }, signal),
  });
}

export function useConsumable(id: string): UseQueryResult<Consumable> {
  return useQuery({
    queryKey: ['consumables', 'one', id, currentLanguage()],
    queryFn: ({ signal }) => call<Consumable>('GET', `/v1/consumables/${id}`, { signal }),
  });
}

export function useHistory(id: string, days: number): UseQueryResult<History> {
  return useQuery({
    queryKey: ['consumables', 'history', id, days],
    queryFn: ({ signal }) =>
      call<History>('GET', `/v1/consumables/${id}/history`, { query: { days }, signal }),
  });
}

export function useDecisions(consumableId: string): UseQueryResult<readonly Decision[]> {
  return useQuery({
    queryKey: ['consumables', 'decisions', consumableId, currentLanguage()],
    queryFn: async ({ signal }) => {
      const query = { consumableId, limit: 10 };
      return (await call<Decisions>('GET', '/v1/decisions', { query, signal })).items;
    },
  });
}

/** Devices of the customer that are still theirs. */
export function useDevices(): UseQueryResult<readonly Device[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['devices', customerId],
    queryFn: async ({ signal }) =>
      (await allPages<Device>('/v1/devices', { customerId }, signal)).filter(
        ({ revokedAt }) => revokedAt === null,
      ),
  });
}

/** What fits a slot of a model and can be bought in the customer's currency. */
export function useFittingProducts(
  deviceModelId: string | undefined,
  slotKeys: readonly string[],
): UseQueryResult<readonly Product[]> {
  const { currency } = useCustomer().customer;
  return useQuery({
    queryKey: ['products'],
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) => allPages<Product>('/v1/products', { active: true }, signal),
    select: (products) =>
      products.filter(
        (product) =>
          product.currency === currency &&
          product.fits.some((fit) => fit.deviceModelId === deviceModelId && slotKeys.includes(fit.slotKey)),
      ),
  });
}

export function useDeviceModel(id: string | undefined): UseQueryResult<DeviceModel> {
  return useQuery({
    queryKey: ['device-models', id],
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => call<DeviceModel>('GET', `/v1/device-models/${id}`, { signal }),
  });
}
