import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** What the stream says: what changed, by the first part of the keys of queries that show it. */
interface Change {
  readonly topics: readonly string[];
}

/**
 * Listens to what changes for a customer, or for the fleet, and has the queries that show it asked again.
 * Answers whether the stream is open. EventSource reconnects by itself; on every connection everything is asked
 * again once, because nobody knows what was missed.
 */
export function useLive(path: string | null): boolean {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (path === null) return;
    const source = new EventSource(path);
    let isFirst = true;
    source.addEventListener('open', () => {
      setOpen(true);
      if (!isFirst) void client.invalidateQueries();
      isFirst = false;
    });
    source.addEventListener('error', () => setOpen(false));
    source.addEventListener('change', ({ data }: MessageEvent<string>) => {
      const { topics } = JSON.parse(data) as Change;
      for (const topic of topics) void client.invalidateQueries({ queryKey: [topic] });
    });
    // The session ended: ask who is signed in.
    source.addEventListener('bye', () => {
      source.close();
      void client.invalidateQueries({ queryKey: ['me'] });
    });
    return () => source.close();
  }, [path, client]);
  return isOpen;
}
