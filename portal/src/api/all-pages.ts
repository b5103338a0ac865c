import { call } from './http.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Pages of a household's list are few; more than this is not a household. */
const MAX_PAGES = 10;

/** Every item of a paged list. */
export async function allPages<Item>(
  path: string,
  query: Readonly<Record<string, string | boolean | undefined>>,
  signal?: AbortSignal,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await call<Page<Item>>('GET', path, { query: { ...query, limit: 200, cursor }, signal });
    items.push(...answer.items);
    if (answer.nextCursor === null) break;
    cursor = answer.nextCursor;
  }
  return items;
}
