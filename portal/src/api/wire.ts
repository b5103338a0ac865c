import type { z } from 'zod';

/** What a schema of contracts/http looks like in JSON: instants are text. */
export type Wire<Schema extends z.ZodType> = z.input<Schema>;
