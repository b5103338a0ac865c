import { z } from 'zod';
import { uuid } from './common.ts';

/** What changes can be announced: the names of lists that show it, which are then asked for again. */
export const LIVE_TOPICS = [
  'orders',
  'consumables',
  'devices',
  'holds',
  'messages',
  'consents',
  'halts',
] as const;
export type LiveTopic = (typeof LIVE_TOPICS)[number];

export const liveQuery = z.object({
  customerId: uuid.optional().describe('Whose changes; staff leave it out for those of the whole fleet.'),
});

export const liveStreamSchema = z.string().meta({
  id: 'LiveStream',
  description:
    'Server-sent events: `change` with {"topics":[…]}, at most four a second; `bye` when the session ended. Read again what the topics name, and everything after each connection.',
  examples: ['event: change\ndata: {"topics":["orders","consumables"]}\n\n'],
});
