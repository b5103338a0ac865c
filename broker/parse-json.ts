import type { z } from 'zod';
import type { Refused } from './refusal.ts';

export type ParsedJson = { readonly value: unknown } | { readonly refused: Refused };

/** JSON of a payload; the parser's own words go no further than the dead letter. */
export function parseJson(payload: Buffer): ParsedJson {
  try {
    return { value: JSON.parse(payload.toString('utf8')) };
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : 'not JSON';
    return { refused: { reason: 'bad-json', detail } };
  }
}

/** The first few faults of a payload, one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.') || 'payload'}: ${message}`)
    .join('; ')
    .slice(0, 500);
}
