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

type Status = OrderWithHistory['status'];

/** What can be said of a purchase, and while it stands how. */
const SAID_OF = {
  wrong: ['delivered', 'installed'],
  damaged: ['delivered', 'installed'],
  'not-needed': ['accepted', 'shipped', 'delivered'],
  'never-came': ['accepted', 'shipped', 'delivered'],
} as const satisfies Readonly<Record<string, readonly Status[]>>;
type Kind = keyof typeof SAID_OF;
const KINDS = Object.keys(SAID_OF) as readonly Kind[];

const sayable = (status: Status): readonly Kind[] =>
  KINDS.filter((kind) => SAID_OF[kind].some((known) => known === status));

/** Says what is wrong with a purchase; the merchant is asked, and its answer appears here. */
export function ReportProblem({ order }: { readonly order: OrderWithHistory }) {
  const { t } = useTranslation(['customer', 'common']);
  const may = useMay('member');
  const [isOpen, { open, close }] = useDisclosure();
  const kinds = sayable(order.status);
  const canReport = may && kinds.length > 0;
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
        <ProblemForm orderId={order.id} kinds={kinds} onDone={close} />
      </Modal>
    </Card>
  );
}

interface FormProps {
  readonly orderId: string;
  readonly kinds: readonly Kind[];
  readonly onDone: () => void;
}

function ProblemForm({ orderId, kinds, onDone }: FormProps) {
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
            {kinds.map((value) => (
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
