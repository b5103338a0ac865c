import { Button, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import type { OrderWithHistory } from '../data/orders.ts';
import css from '../privacy/privacy.module.css';

const KINDS = ['wrong', 'damaged', 'not-needed', 'never-came'] as const;
const REPORTABLE: readonly OrderWithHistory['status'][] = ['accepted', 'shipped', 'delivered', 'installed'];

/** Says what is wrong with a purchase; the merchant is asked, and its answer appears here. */
export function ReportProblem({ order }: { readonly order: OrderWithHistory }) {
  const { t } = useTranslation(['customer', 'common']);
  const may = useMay('member');
  const [isOpen, { open, close }] = useDisclosure();
  const canReport = may && REPORTABLE.includes(order.status);
  if (!canReport && order.problems.length === 0) return null;
  return (
    <Card title={t('orders.problem')}>
      <ul className={css['list']}>
        {order.problems.map(({ id, kind, status, answer }) => (
          <li key={id} className={css['item']}>
            <span>
              {t(`orders.problemKind.${kind}`)}: {t(`orders.problemStatus.${status}`)}
            </span>
            {answer === null ? null : <span>{answer}</span>}
          </li>
        ))}
      </ul>
      {canReport ? (
        <Button variant="default" onClick={open}>
          {t('orders.problem')}
        </Button>
      ) : null}
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('orders.problem')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <ProblemForm orderId={order.id} onDone={close} />
      </Modal>
    </Card>
  );
}

function ProblemForm({ orderId, onDone }: { readonly orderId: string; readonly onDone: () => void }) {
  const { t } = useTranslation(['customer', 'common']);
  const client = useQueryClient();
  const [kind, setKind] = useState('');
  const [wants, setWants] = useState('refund');
  const [note, setNote] = useState('');
  const report = useMutation({
    mutationFn: () =>
      call('POST', `/v1/orders/${orderId}/problems`, {
        body: { kind, wants, note: note.trim() === '' ? null : note.trim() },
      }),
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries({ queryKey: ['orders'] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        report.mutate();
      }}
    >
      <Stack>
        <Radio.Group label={t('orders.problemWhat')} value={kind} onChange={setKind}>
          <Stack gap="xs" mt="xs">
            {KINDS.map((value) => (
              <Radio key={value} value={value} label={t(`orders.problemKind.${value}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Radio.Group label={t('orders.problemWants')} value={wants} onChange={setWants}>
          <Stack gap="xs" mt="xs">
            <Radio value="refund" label={t('orders.refund')} />
            <Radio value="replacement" label={t('orders.replacement')} />
          </Stack>
        </Radio.Group>
        <Textarea
          label={t('orders.problemNote')}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <ProblemNote error={report.error} />
        <Button type="submit" disabled={kind === ''} loading={report.isPending}>
          {t('orders.problemSend')}
        </Button>
      </Stack>
    </form>
  );
}
