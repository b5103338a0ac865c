import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { opsJobsSchema } from '../../../../contracts/http/ops/jobs.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOps } from '../data/queries.ts';
import { useOnce } from '../data/use-once.ts';
import { useFormat } from '../format.ts';
import { type Columns, DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Badge, Card, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';

type Jobs = Wire<typeof opsJobsSchema>;
type Job = Jobs['items'][number];

/** Calls to the outside that are stuck, and how many consumables wait to be looked at. */
export function StuckJobs() {
  const { t } = useTranslation('ops');
  const { number, relative } = useFormat();
  const query = useOps<Jobs>('today', '/v1/ops/jobs');
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('jobs.title')} />
      <QueryView query={query}>
        {({ items, queue }) => (
          <div className={css['stack']}>
            {items.length === 0 ? (
              <Empty icon={<IconCircleCheck />} title={t('jobs.none')} text={t('jobs.noneText')} />
            ) : (
              <DataTable label={t('jobs.title')} rows={items} columns={columns} rowId={({ id }) => id} />
            )}
            <Card title={t('jobs.queue')}>
              <p className={css['dim']}>
                {t('jobs.waiting', { count: queue.waiting, total: number(queue.waiting) })}
                {queue.oldestAt === null ? '' : ` ${t('jobs.oldest', { at: relative(queue.oldestAt) })}`}
              </p>
            </Card>
          </div>
        )}
      </QueryView>
    </>
  );
}

function useColumns(): Columns<Job> {
  const { t } = useTranslation('ops');
  const { instant, number } = useFormat();
  return [
    { id: 'task', header: t('jobs.task'), cell: ({ row: { original } }) => <Subject job={original} /> },
    {
      id: 'state',
      header: t('jobs.state'),
      cell: ({ row: { original } }) => (
        <Badge tone={original.state === 'failed' ? 'bad' : 'warn'}>
          {t(original.running ? 'jobs.running' : `jobs.states.${original.state}`)}
        </Badge>
      ),
    },
    { id: 'runAt', header: t('jobs.runAt'), cell: ({ row }) => instant(row.original.runAt) },
    {
      id: 'attempts',
      header: t('webhooks.attempts'),
      meta: { align: 'end' },
      cell: ({ row }) => number(row.original.attempts),
    },
    { id: 'error', header: t('webhooks.error'), cell: ({ row }) => row.original.lastError ?? '' },
    {
      id: 'act',
      header: () => <span className={css['unseen']}>{t('jobs.retry')}</span>,
      meta: { align: 'end' },
      cell: ({ row: { original } }) => (original.running ? null : <Retry job={original} />),
    },
  ];
}

function Subject({ job: { task, subject } }: { readonly job: Job }) {
  const { orderId } = subject;
  const ids = Object.values(subject).filter((value) => typeof value === 'string');
  return (
    <>
      {typeof orderId === 'string' ? <Link to={`/ops/orders/${orderId}`}>{task}</Link> : task}
      <small>{ids.join(' ')}</small>
    </>
  );
}

function Retry({ job }: { readonly job: Job }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => call('POST', `/v1/ops/jobs/${job.id}/retry`),
    onSettled: () => client.invalidateQueries({ queryKey: ['today'] }),
  });
  const send = useOnce(retry);
  return (
    <>
      <Button size="compact-xs" variant="default" loading={retry.isPending} onClick={() => send()}>
        {t('jobs.retry')}
      </Button>
      <ProblemNote error={retry.error} />
    </>
  );
}
