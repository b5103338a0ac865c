import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { LiveTopic } from '../../../contracts/http/live.ts';

/** What tabs tell each other: a browser has six connections to a server, so one tab listens for all. */
type Word =
  | { readonly type: 'change'; readonly topics: readonly LiveTopic[] }
  | { readonly type: 'state'; readonly isOpen: boolean }
  | { readonly type: 'missed' }
  | { readonly type: 'bye' };

/** After a refusal EventSource gives up: a server that restarts or a full one is asked again. */
const RETRY_MS = 10_000;

/**
 * Listens to what changes for a customer, or for the fleet, and has the queries that show it asked again: those
 * whose key begins with the topic. Answers whether the stream is open. After each reconnection everything is
 * asked again once, because nobody knows what was missed.
 */
export function useLive(path: string): boolean {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const channel = new BroadcastChannel(`neverout.live ${path}`);
    const leaving = new AbortController();
    const hear = (word: Word): void => {
      if (word.type === 'state') setOpen(word.isOpen);
      else refresh(client, word);
    };
    channel.addEventListener('message', ({ data }: MessageEvent<Word>) => hear(data));
    const say = (word: Word): void => {
      hear(word);
      channel.postMessage(word);
    };
    // Whoever has the lock listens; the next tab gets it when this one is closed.
    navigator.locks
      .request(`neverout.live ${path}`, { signal: leaving.signal }, () => listen(path, say, leaving.signal))
      .catch(() => undefined);
    return () => {
      leaving.abort();
      channel.close();
    };
  }, [path, client]);
  return isOpen;
}

function refresh(client: QueryClient, word: Exclude<Word, { type: 'state' }>): void {
  if (word.type === 'missed') void client.invalidateQueries();
  else if (word.type === 'bye') void client.invalidateQueries({ queryKey: ['me'] });
  else for (const topic of word.topics) void client.invalidateQueries({ queryKey: [topic] });
}

/** Holds the stream until `signal`, or until the session ends. */
function listen(path: string, say: (word: Word) => void, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    let wasOpen = false;
    let source: EventSource;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(retry);
      source.close();
      done();
    };
    const open = () => {
      source = new EventSource(path);
      source.addEventListener('open', () => {
        say({ type: 'state', isOpen: true });
        if (wasOpen) say({ type: 'missed' });
        wasOpen = true;
      });
      source.addEventListener('error', () => {
        say({ type: 'state', isOpen: false });
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
      });
      source.addEventListener('change', ({ data }: MessageEvent<string>) => {
        say({ type: 'change', topics: JSON.parse(data).topics });
      });
      source.addEventListener('bye', () => {
        say({ type: 'bye' });
        stop();
      });
    };
    open();
    signal.addEventListener('abort', stop);
  });
}
