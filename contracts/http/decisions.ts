import { z } from 'zod';
import { instant, pageOf, pageQuery, uuid } from './common.ts';

export const decisionSchema = z
  .object({
    id: uuid,
    consumableId: uuid,
    at: instant,
    stage: z.string().describe('evaluation or placement.'),
    outcome: z.string(),
    sentence: z.string(),
    inputs: z.unknown().describe('What the rule saw: on hand, on shelf, on order, offer, lead time.'),
    forecast: z.unknown(),
    gates: z.unknown().describe("Every gate's verdict with its reason."),
  })
  .meta({ id: 'Decision' });

export const decisionsQuery = z.object({ ...pageQuery, consumableId: uuid });
export const decisionsPage = pageOf(decisionSchema);
