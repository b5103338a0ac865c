import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import {
  opsConsumablesFilter,
  opsConsumablesPage,
  opsConsumablesQuery,
  opsCustomersFilter,
  opsCustomersPage,
  opsCustomersQuery,
  opsDevicesFilter,
  opsDevicesPage,
  opsDevicesQuery,
  opsIssuesFilter,
  opsIssuesPage,
  opsIssuesQuery,
  opsOrdersFilter,
  opsOrdersPage,
  opsOrdersQuery,
} from '../../../contracts/http/ops/lists.ts';
import type { Api, ApiDeps } from '../../http/deps.ts';
import { readerLanguage } from '../../http/language.ts';
import { operation } from '../../http/operation.ts';
import { type ListSpec, readAll, readTable } from './list.ts';
import { CONSUMABLES, CUSTOMERS, DEVICES, ISSUES, ORDERS } from './specs.ts';

interface Routes {
  readonly spec: ListSpec;
  readonly query: z.ZodType<{ limit: number; cursor?: string | undefined }>;
  readonly filter: z.ZodType<Record<string, unknown>>;
  readonly page: z.ZodType;
}

const LISTS: readonly Routes[] = [
  { spec: ORDERS, query: opsOrdersQuery, filter: opsOrdersFilter, page: opsOrdersPage },
  { spec: CONSUMABLES, query: opsConsumablesQuery, filter: opsConsumablesFilter, page: opsConsumablesPage },
  { spec: DEVICES, query: opsDevicesQuery, filter: opsDevicesFilter, page: opsDevicesPage },
  { spec: CUSTOMERS, query: opsCustomersQuery, filter: opsCustomersFilter, page: opsCustomersPage },
  { spec: ISSUES, query: opsIssuesQuery, filter: opsIssuesFilter, page: opsIssuesPage },
];

/** Calls to a merchant are tried again within minutes: what is longer under way needs somebody. */
export const STUCK_AFTER_MS = 15 * 60_000;

type Given = Readonly<Record<string, unknown>>;

/** What depends on the time of asking. */
const atTime = (given: Given, now: number): Given => ({
  ...given,
  stuck: given['stuck'] === true ? new Date(now - STUCK_AFTER_MS) : undefined,
});

export function registerLists(app: Api, deps: ApiDeps): void {
  for (const list of LISTS) {
    registerTable(app, deps, list);
    registerCsv(app, deps, list);
  }
}

function registerTable(
  app: Api,
  { database: { pool }, clock }: ApiDeps,
  { spec, query, page }: Routes,
): void {
  app.get(
    `/v1/ops/${spec.name}`,
    operation({
      access: 'ops',
      tag: 'Console',
      summary: `Filter, order and page through ${spec.name}`,
      querystring: query,
      response: { 200: page },
      problems: ['invalid-cursor'],
    }),
    async (request, reply) => {
      const asked = request.query as z.output<typeof query>;
      const given = { ...asked, ...atTime(asked, clock.now()) };
      return await readTable(pool, spec, given, readerLanguage(request, reply));
    },
  );
}

function registerCsv(app: Api, { database: { pool }, clock }: ApiDeps, { spec, filter }: Routes): void {
  const documented = operation({
    access: 'ops',
    tag: 'Console',
    summary: `All ${spec.name} that the filters let through, as CSV`,
    description: 'Streamed: it takes no more memory however long it is. Times are ISO 8601.',
    querystring: filter,
    response: { 200: z.unknown().meta({ type: 'string', format: 'binary' }) },
    produces: ['text/csv'],
  });
  app.get(
    `/v1/ops/${spec.name}.csv`,
    // Whoever takes all customers along is worth knowing, although nothing changes.
    { ...documented, config: { ...documented.config, audited: true } },
    (request, reply) => {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const rows = readAll(pool, spec, atTime(request.query as Given, clock.now()));
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="neverout-${spec.name}-${day}.csv"`)
        .header('cache-control', 'no-store')
        .send(toCsv(rows, Object.keys(spec.item.shape)));
    },
  );
}

/** RFC 4180 with a line of names. Spreadsheets run text that begins like a formula: it is escaped (OWASP). */
export function toCsv(rows: AsyncIterable<unknown>, columns: readonly string[]): Readable {
  const csv = stringify({
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { date: (date) => date.toISOString(), boolean: String },
  });
  // A reader that leaves ends the query: what goes wrong is told by the stream that the answer is made of.
  return pipeline(Readable.from(rows), csv, () => undefined);
}
