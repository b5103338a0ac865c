import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from '../../live/use-live.ts';

/** Counts change with every order: asking for them again more often than this shows nobody more. */
const TODAY_EVERY_MS = 5_000;

/** Hears of the whole fleet's changes. Counts follow, at once when somebody stops or lifts something. */
export function useOpsLive(): boolean {
  const client = useQueryClient();
  const isOpen = useLive('/v1/live');
  useEffect(() => {
    let lastAt = 0;
    return client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.action.type !== 'invalidate') return;
      const [topic] = event.query.queryKey as readonly unknown[];
      const isUrgent = topic === 'halts';
      if (topic === 'today' || (!isUrgent && Date.now() - lastAt < TODAY_EVERY_MS)) return;
      lastAt = Date.now();
      void client.invalidateQueries({ queryKey: ['today'] });
    });
  }, [client]);
  return isOpen;
}
