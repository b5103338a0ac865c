import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDownload, IconFilterOff, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Empty } from '../../ui/empty.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { type Columns, DataTable } from './data-table.tsx';
import css from './ops.module.css';
import { PageHead } from './parts.tsx';
import { QueryView } from './query-view.tsx';

interface Choice {
  readonly value: string;
  readonly label: string;
}

interface FilterField {
  readonly name: string;
  readonly label: string;
  /** What may be chosen; absent: text that is searched for. Of `sort` the first is what holds otherwise. */
  readonly choices?: readonly Choice[];
}

interface TablePage<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
  readonly total: { readonly count: number; readonly exact: boolean } | null;
}

interface Props<Row extends object> {
  readonly title: string;
  /** Its topic on the live stream. */
  readonly topic: string;
  readonly path: string;
  readonly fields: readonly FilterField[];
  readonly columns: Columns<Row>;
  readonly rowId: (row: Row) => string;
  /** Filters of the address that have no field of their own, and what they mean. */
  readonly fixed?: Readonly<Record<string, string>>;
  readonly empty: { readonly icon: ReactNode; readonly title: string; readonly text: string };
}

const SEARCH_AFTER_MS = 300;

/** A table of the fleet: filters and order live in the address, so that a link shows what its sender saw. */
export function ListPage<Row extends object>(props: Props<Row>) {
  const { title, topic, path, fields, columns, rowId, fixed = {}, empty } = props;
  const { t } = useTranslation('ops');
  const [params] = useSearchParams();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const names = [...fields.map(({ name }) => name), ...Object.keys(fixed)];
  const filters = Object.fromEntries(names.flatMap((name) => entryOf(name, params.get(name))));
  const search = new URLSearchParams(filters).toString();
  // The pages of one set of filters are not those of another.
  const [pagesOf, setPagesOf] = useState(search);
  if (pagesOf !== search) {
    setPagesOf(search);
    setCursors([]);
  }
  const query = useOps<TablePage<Row>>(topic, path, { ...filters, cursor: cursors.at(-1) });
  return (
    <>
      <PageHead title={title}>
        <Button
          component="a"
          href={`${path}.csv${search === '' ? '' : `?${search}`}`}
          download
          size="sm"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('list.csv')}
        </Button>
      </PageHead>
      <Filters fields={fields} fixed={fixed} />
      <QueryView query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty {...empty} />
          ) : (
            <>
              <DataTable label={title} rows={page.items} columns={columns} rowId={rowId} />
              <Pager page={page} cursors={cursors} setCursors={setCursors} />
            </>
          )
        }
      </QueryView>
    </>
  );
}

const entryOf = (name: string, value: string | null): [string, string][] =>
  value === null || value === '' ? [] : [[name, value]];

function Filters({ fields, fixed }: Pick<Required<Props<object>>, 'fields' | 'fixed'>) {
  const { t } = useTranslation('ops');
  const [params, setParams] = useSearchParams();
  const change = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === null || value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const search = useDebouncedCallback(change, SEARCH_AFTER_MS);
  const given = Object.entries(fixed).filter(([name]) => params.has(name));
  return (
    <search className={css['filters']}>
      {fields.map(({ name, label, choices }) =>
        choices === undefined ? (
          <TextInput
            key={`${name}${params.get(name) === null ? '' : ' set'}`}
            size="sm"
            label={label}
            leftSection={<IconSearch size={16} aria-hidden />}
            defaultValue={params.get(name) ?? ''}
            onChange={(event) => search(name, event.currentTarget.value)}
          />
        ) : (
          <Select
            key={name}
            size="sm"
            label={label}
            clearable={name !== 'sort'}
            allowDeselect={name !== 'sort'}
            placeholder={t('list.all')}
            data={choices.map((choice) => ({ ...choice }))}
            value={params.get(name) ?? (name === 'sort' ? (choices[0]?.value ?? null) : null)}
            clearButtonProps={{ 'aria-label': `${t('list.clear')} ${label}` }}
            onChange={(value) => change(name, value)}
          />
        ),
      )}
      {given.map(([name, label]) => (
        <Button
          key={name}
          size="sm"
          variant="light"
          rightSection={<IconFilterOff size={16} aria-hidden />}
          aria-label={`${t('list.clear')} ${label}`}
          onClick={() => change(name, null)}
        >
          {label}
        </Button>
      ))}
    </search>
  );
}

interface PagerProps {
  readonly page: TablePage<object>;
  readonly cursors: readonly string[];
  readonly setCursors: (cursors: readonly string[]) => void;
}

function Pager({ page, cursors, setCursors }: PagerProps) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  const { total, nextCursor } = page;
  return (
    <div className={css['pager']}>
      <span role="status">
        {total === null
          ? t('list.page', { page: cursors.length + 1 })
          : t(total.exact ? 'list.total' : 'list.about', { total: number(total.count) })}
      </span>
      <div className={css['row']}>
        <Button
          size="sm"
          variant="default"
          disabled={cursors.length === 0}
          onClick={() => setCursors(cursors.slice(0, -1))}
        >
          {t('list.previous')}
        </Button>
        <Button
          size="sm"
          variant="default"
          disabled={nextCursor === null}
          onClick={() => (nextCursor === null ? undefined : setCursors([...cursors, nextCursor]))}
        >
          {t('list.next')}
        </Button>
      </div>
    </div>
  );
}
