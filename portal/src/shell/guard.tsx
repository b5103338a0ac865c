import { useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useMe } from '../api/me.ts';
import { followAccount } from '../i18n/i18n.ts';
import { Failure } from '../ui/failure.tsx';
import { Loading } from '../ui/loading.tsx';

/** Lets in who is signed in; others sign in first and come back to where they were going. */
export function Guard() {
  const me = useMe();
  const { pathname, search } = useLocation();
  const language = me.data?.language;
  useEffect(() => {
    if (language !== undefined) void followAccount(language);
  }, [language]);
  if (me.isPending) return <Loading full />;
  if (me.isError) return <Failure error={me.error} retry={() => void me.refetch()} full />;
  if (me.data === null) {
    const next = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  return <Outlet />;
}
