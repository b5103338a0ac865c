import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useState } from 'react';
import type { customerSchema } from '../../../contracts/http/customers.ts';
import { call } from '../api/http.ts';
import type { Me } from '../api/me.ts';
import type { Wire } from '../api/wire.ts';
import { useLive } from '../live/use-live.ts';
import { Failure } from '../ui/failure.tsx';
import { Loading } from '../ui/loading.tsx';

type Membership = Me['customers'][number];
export type CustomerRecord = Wire<typeof customerSchema>;

interface Current {
  readonly customer: CustomerRecord;
  readonly role: Membership['role'];
  /** Of all that the person acts for. */
  readonly memberships: readonly Membership[];
  readonly choose: (customerId: string) => void;
  /** Whether changes arrive by themselves right now. */
  readonly isLive: boolean;
}

const Context = createContext<Current | null>(null);
const STORED = 'neverout.customer';

/** For which customer the pages are: the last one chosen, else the first. */
export function CustomerProvider(props: { customers: readonly Membership[]; children: ReactNode }) {
  const { customers, children } = props;
  const [chosen, setChosen] = useState(() => localStorage.getItem(STORED));
  const membership = customers.find(({ id }) => id === chosen) ?? customers[0];
  const customerId = membership?.id ?? '';
  const record = useQuery({
    queryKey: ['customer', customerId],
    queryFn: () => call<CustomerRecord>('GET', `/v1/customers/${customerId}`),
  });
  const isLive = useLive(`/v1/live?customerId=${customerId}`);
  if (membership === undefined || record.isPending) return <Loading full />;
  if (record.isError) return <Failure error={record.error} retry={() => void record.refetch()} full />;
  const choose = (id: string) => {
    localStorage.setItem(STORED, id);
    setChosen(id);
  };
  const current = { customer: record.data, role: membership.role, memberships: customers, choose, isLive };
  return <Context.Provider value={current}>{children}</Context.Provider>;
}

export function useCustomer(): Current {
  const current = useContext(Context);
  if (current === null) throw new Error('outside CustomerProvider');
  return current;
}

const RANK = { viewer: 1, member: 2, owner: 3 } as const;

/** Whether the person may do what asks for this role. */
export function useMay(role: keyof typeof RANK): boolean {
  return RANK[useCustomer().role] >= RANK[role];
}
