import { lazy, Suspense } from 'react';
import { Navigate, Outlet } from 'react-router';
import { useMe } from '../api/me.ts';
import { Loading } from '../ui/loading.tsx';
import { CustomerProvider } from './current-customer.tsx';
import { Frame } from './frame.tsx';

const Welcome = lazy(async () => ({ default: (await import('./welcome.tsx')).Welcome }));

/** Everything a customer sees. Who has no household yet makes one first; staff without one belong elsewhere. */
export function Customer() {
  const me = useMe();
  if (me.data == null) return <Loading full />;
  const { customers, role } = me.data;
  if (customers.length === 0 && role !== 'customer') return <Navigate to="/ops" replace />;
  return (
    <Suspense fallback={<Loading full />}>
      {customers.length === 0 ? (
        <Welcome />
      ) : (
        <CustomerProvider customers={customers}>
          <Frame>
            <Outlet />
          </Frame>
        </CustomerProvider>
      )}
    </Suspense>
  );
}
