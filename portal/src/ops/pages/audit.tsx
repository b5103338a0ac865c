import { Button, TextInput } from '@mantine/core';
import { IconHistory, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { auditPage, auditVerdictSchema } from '../../../../contracts/http/audit.ts';
import { call } from '../../api/http.ts';
import { useMe } from '../../api/me.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOps } from '../data/queries.ts';
import { UNKNOWN, useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Pager } from '../ui/pager.tsx';
import { Badge, Card, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';

type Verdict = Wire<typeof auditVerdictSchema>;
type Entry = Wire<typeof auditPage>['items'][number];

export function Audit() {
  const { t } = useTranslation('ops');
  const me = useMe();
  return (
    <>
      <PageHead title={t('nav.audit')} />
      {me.data?.role === 'admin' ? (
        <div className={css['stack']}>
          <Verify />
          <Entries />
        </div>
      ) : (
        <Empty icon={<IconHistory />} title={t('audit.adminsOnly')} text={t('audit.adminsOnlyText')} />
      )}
    </>
  );
}

/** Walks the whole chain part by part; `tell` hears how far it is. */
async function verifyAll(tell: (seq: number) => void): Promise<Verdict> {
  let query: { seq?: number; hash?: string } = {};
  for (;;) {
    const verdict = await call<Verdict>('GET', '/v1/audit-verification', { query });
    if (verdict.verdict !== 'whole-so-far' || verdict.reached === null) return verdict;
    tell(verdict.reached.seq);
    query = verdict.reached;
  }
}

function Verify() {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  const [reached, setReached] = useState(0);
  const verifying = useMutation({ mutationFn: () => verifyAll(setReached) });
  const { data } = verifying;
  return (
    <Card title={t('audit.verify')}>
      <div className={css['stack']}>
        <p className={css['dim']}>{t('audit.verifyText')}</p>
        <div className={css['row']}>
          <Button
            size="sm"
            leftSection={<IconShieldCheck size={18} aria-hidden />}
            loading={verifying.isPending}
            onClick={() => {
              setReached(0);
              verifying.mutate();
            }}
          >
            {t('audit.verify')}
          </Button>
          <span role="status">
            {verifying.isPending && reached > 0 ? t('audit.reached', { seq: number(reached) }) : null}
            {data?.verdict === 'whole' ? (
              <Badge tone="ok">{t('audit.whole', { entries: number(data.reached?.seq ?? 0) })}</Badge>
            ) : null}
            {data?.fault != null ? <Badge tone="bad">{t('audit.broken', data.fault)}</Badge> : null}
          </span>
        </div>
        {data?.verdict === 'whole' && data.reached !== null ? (
          <p className={css['dim']}>
            {t('audit.note')} <code>{`${data.reached.seq}:${data.reached.hash}`}</code>
          </p>
        ) : null}
        <ProblemNote error={verifying.error} />
      </div>
    </Card>
  );
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function Entries() {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  const [customerId, setCustomerId] = useState('');
  const [cursor, setCursor] = useState<string | undefined>();
  const query = useOps<Wire<typeof auditPage>>('audit', '/v1/audit-entries', {
    cursor,
    ...(UUID.test(customerId) ? { customerId } : {}),
  });
  return (
    <>
      <div className={css['filters']}>
        <TextInput
          size="sm"
          label={t('audit.ofCustomer')}
          value={customerId}
          onChange={(event) => {
            setCustomerId(event.currentTarget.value.trim());
            setCursor(undefined);
          }}
        />
      </div>
      <QueryView query={query}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty icon={<IconHistory />} title={t('audit.none')} text={t('list.noneText')} />
          ) : (
            <>
              <DataTable<Entry>
                label={t('nav.audit')}
                rows={items}
                rowId={({ seq }) => String(seq)}
                columns={[
                  { id: 'seq', header: '#', meta: { align: 'end' }, cell: ({ row }) => row.original.seq },
                  { id: 'at', header: t('when'), cell: ({ row }) => instant(row.original.at) },
                  {
                    id: 'who',
                    header: t('who'),
                    cell: ({ row: { original } }) => (
                      <>
                        {original.actorKind}
                        <small>{original.actorId ?? UNKNOWN}</small>
                      </>
                    ),
                  },
                  { id: 'operation', header: t('audit.what'), cell: ({ row }) => row.original.operation },
                  {
                    id: 'object',
                    header: t('audit.object'),
                    cell: ({ row: { original } }) => (
                      <>
                        {original.objectKind ?? UNKNOWN}
                        <small>{original.objectId}</small>
                      </>
                    ),
                  },
                  {
                    id: 'customer',
                    header: t('customer'),
                    cell: ({ row: { original } }) =>
                      original.customerId === null ? (
                        UNKNOWN
                      ) : (
                        <Link to={`/ops/customers?q=${original.customerId}`}>
                          {original.customerId.slice(0, 8)}
                        </Link>
                      ),
                  },
                  { id: 'outcome', header: t('audit.outcome'), cell: ({ row }) => row.original.outcome },
                  {
                    id: 'from',
                    header: t('audit.from'),
                    cell: ({ row }) => row.original.originAddress ?? UNKNOWN,
                  },
                ]}
              />
              <Pager cursor={cursor} nextCursor={nextCursor} onTurn={setCursor} />
            </>
          )
        }
      </QueryView>
    </>
  );
}
