import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { readMe } from '../api/me.ts';
import { rememberSession } from '../api/session-hint.ts';

/** After signing in: to where the person was going, else to the start of their part. */
export function useEnter(): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  return async () => {
    rememberSession(true);
    const me = await client.fetchQuery({ queryKey: ['me'], queryFn: readMe, staleTime: 0 });
    const home = me !== null && me.role !== 'customer' && me.customers.length === 0 ? '/ops' : '/';
    await navigate(ownPath(search.get('next')) ?? home, { replace: true });
  };
}

/** Only addresses of our own: `//elsewhere` and `https:` would lead away. */
function ownPath(next: string | null): string | null {
  if (next === null || !/^\/(?![/\\])/.test(next)) return null;
  return new URL(next, location.origin).origin === location.origin ? next : null;
}
