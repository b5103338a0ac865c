import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { meSchema } from '../../../contracts/http/people.ts';
import { call } from './http.ts';
import { ProblemError } from './problem.ts';
import { hasSession, rememberSession } from './session-hint.ts';
import type { Wire } from './wire.ts';

export type Me = Wire<typeof meSchema>;

/** Who is signed in; null: nobody. */
export async function readMe(): Promise<Me | null> {
  if (!hasSession()) return null;
  try {
    return await call<Me>('GET', '/v1/me');
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) {
      rememberSession(false);
      return null;
    }
    throw error;
  }
}

export function useMe(): UseQueryResult<Me | null> {
  return useQuery({ queryKey: ['me'], queryFn: readMe, staleTime: 60_000 });
}
