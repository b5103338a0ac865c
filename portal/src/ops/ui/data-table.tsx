import { type CellData, type ColumnDef, tableFeatures, useTable } from '@tanstack/react-table';
import css from './ops.module.css';

/** Filtering, ordering and paging are the server's. */
const features = tableFeatures({});

export type Columns<Row extends object> = readonly (ColumnDef<typeof features, Row, CellData> & {
  readonly meta?: { readonly align?: 'end' };
})[];

interface Props<Row extends object> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: Columns<Row>;
  readonly rowId: (row: Row) => string;
  /** Inside a card, which has a frame of its own. */
  readonly plain?: boolean;
}

const alignOf = (meta: unknown): 'end' | undefined =>
  (meta as { align?: 'end' } | undefined)?.align === 'end' ? 'end' : undefined;

export function DataTable<Row extends object>({ label, rows, columns, rowId, plain = false }: Props<Row>) {
  const table = useTable({
    features,
    columns: columns as ColumnDef<typeof features, Row, CellData>[],
    data: rows as Row[],
    getRowId: rowId,
  });
  return (
    // What may scroll sideways must be reachable by keyboard (WCAG 2.1.1).
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <section className={`${css['scroll']} ${plain ? css['plain'] : ''}`} aria-label={label} tabIndex={0}>
      <table className={css['table']}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" data-align={alignOf(header.column.columnDef.meta)}>
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} data-align={alignOf(cell.column.columnDef.meta)}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
