import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { signOut } from '../auth/account-api.ts';

/** Ends the session; the page that asks for a sign-in comes next. */
export function useSignOut(): () => void {
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: signOut,
    onSettled: () => navigate('/sign-in', { replace: true }),
  });
  return () => {
    if (!isPending) mutate();
  };
}
