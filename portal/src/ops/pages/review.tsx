import { Button, Checkbox, SegmentedControl } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type {
  reviewDecisionsSchema,
  reviewItemSchema,
  reviewPage,
} from '../../../../contracts/http/review.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOps } from '../data/queries.ts';
import { useOnce } from '../data/use-once.ts';
import { useFormat } from '../format.ts';
import { useShortcuts, useShortcutsSwitch } from '../shortcuts.ts';
import css from '../ui/ops.module.css';
import { Pager } from '../ui/pager.tsx';
import { Badge, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { DeclineDialog } from './review-decline.tsx';
import { ReviewDetail } from './review-detail.tsx';

export type ReviewItem = Wire<typeof reviewItemSchema>;
type Decisions = Wire<typeof reviewDecisionsSchema>;

const STATUSES = ['pending', 'approved', 'declined'] as const;

export function Review() {
  const { t } = useTranslation('ops');
  const [params, setParams] = useSearchParams();
  const asked = params.get('status');
  const status = STATUSES.find((known) => known === asked) ?? 'pending';
  const [cursor, setCursor] = useState<string>();
  const query = useOps<Wire<typeof reviewPage>>('orders', '/v1/review', { status, limit: 100, cursor });
  const showStatus = (next: string) => {
    setCursor(undefined);
    setParams(next === 'pending' ? {} : { status: next }, { replace: true });
  };
  return (
    <>
      <PageHead title={t('nav.review')}>
        <SegmentedControl
          aria-label={t('orders.status')}
          value={status}
          onChange={showStatus}
          data={STATUSES.map((value) => ({ value, label: t(`review.statuses.${value}`) }))}
        />
      </PageHead>
      <QueryView query={query}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 ? (
              <Empty icon={<IconCircleCheck />} title={t('review.none')} text={t('review.noneText')} />
            ) : (
              <Queue
                key={`${status} ${cursor}`}
                items={items}
                part={cursor !== undefined ? 'rest' : nextCursor === null ? 'count' : 'more'}
                isOpen={status === 'pending' && !query.isPlaceholderData}
              />
            )}
            {cursor === undefined && nextCursor === null ? null : (
              <Pager cursor={cursor} nextCursor={nextCursor} onTurn={setCursor} />
            )}
          </>
        )}
      </QueryView>
    </>
  );
}

/** Approves or declines; afterwards everything that shows orders is asked for again. */
function useDecide() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { orderIds: readonly string[]; verdict: 'approve' | 'decline'; reason?: string }) =>
      call<Decisions>('POST', '/v1/review/decisions', { body }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['orders'] });
      void client.invalidateQueries({ queryKey: ['today'] });
    },
  });
}

/**
 * Also in the address: whoever gets the link sees the same order. The page itself goes by its state, because an
 * address changes a moment later, and a key pressed in between must not hit the order before.
 */
function useCurrentId(): readonly [string | null, (order: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const [current, setCurrent] = useState(params.get('order'));
  return [
    current,
    (order) => {
      setCurrent(order);
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (order === null) after.delete('order');
          else after.set('order', order);
          return after;
        },
        { replace: true },
      );
    },
  ];
}

/** When the order shown is decided, the one that takes its place is next, not the first again. */
function usePlace(items: readonly ReviewItem[], currentId: string | null): number {
  const last = useRef(0);
  const found = items.findIndex(({ orderId }) => orderId === currentId);
  const place = found >= 0 ? found : Math.min(last.current, items.length - 1);
  last.current = place;
  return place;
}

/** Whether what is shown is all of it, its beginning, or a later page. */
type Part = 'count' | 'more' | 'rest';

interface QueueProps {
  readonly items: readonly ReviewItem[];
  readonly part: Part;
  /** Whether they still wait for somebody. */
  readonly isOpen: boolean;
}

function Queue({ items, part, isOpen }: QueueProps) {
  const { t } = useTranslation('ops');
  const [currentId, setCurrentId] = useCurrentId();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [isDeclining, setDeclining] = useState(false);
  const decide = useDecide();
  const sendOnce = useOnce(decide);
  const index = usePlace(items, currentId);
  const current = items[index];
  const chosen = items.flatMap(({ orderId }) => (marked.has(orderId) ? [orderId] : []));
  const subjects = chosen.length > 0 ? chosen : current === undefined ? [] : [current.orderId];
  const go = (by: number) =>
    setCurrentId(items[Math.min(Math.max(index + by, 0), items.length - 1)]?.orderId ?? null);
  const mark = (orderId: string) =>
    setMarked(
      (before) =>
        new Set(before.has(orderId) ? [...before].filter((id) => id !== orderId) : [...before, orderId]),
    );
  const send = (verdict: 'approve' | 'decline', reason?: string) => {
    if (subjects.length === 0 || !isOpen) return;
    sendOnce({ orderIds: subjects, verdict, ...(reason === undefined ? {} : { reason }) });
    setMarked(new Set());
  };
  useShortcuts({
    j: () => go(1),
    k: () => go(-1),
    x: () => (current === undefined ? undefined : mark(current.orderId)),
    a: () => send('approve'),
    d: () => setDeclining(isOpen),
  });
  if (current === undefined) return null;
  return (
    <>
      {isOpen ? (
        <ActionBar
          waiting={items.length}
          part={part}
          subjects={subjects.length}
          isBusy={decide.isPending}
          onApprove={() => send('approve')}
          onDecline={() => setDeclining(true)}
        />
      ) : null}
      <Outcome decisions={decide.data} error={decide.error} />
      <div className={css['grid']} data-columns="side">
        <ul className={css['list']} aria-label={t('nav.review')}>
          {items.map((item) => (
            <QueueEntry
              key={item.orderId}
              item={item}
              isCurrent={item === current}
              isMarked={marked.has(item.orderId)}
              onOpen={() => setCurrentId(item.orderId)}
              onMark={() => mark(item.orderId)}
            />
          ))}
        </ul>
        <ReviewDetail item={current} />
      </div>
      <DeclineDialog
        opened={isDeclining}
        count={subjects.length}
        onClose={() => setDeclining(false)}
        onDecline={(reason) => {
          setDeclining(false);
          send('decline', reason);
        }}
      />
    </>
  );
}

interface ActionBarProps {
  readonly waiting: number;
  readonly part: Part;
  readonly subjects: number;
  readonly isBusy: boolean;
  readonly onApprove: () => void;
  readonly onDecline: () => void;
}

function ActionBar({ waiting, part, subjects, isBusy, onApprove, onDecline }: ActionBarProps) {
  const { t } = useTranslation('ops');
  const [usesKeys] = useShortcutsSwitch();
  return (
    <div className={`${css['between']} ${css['bar']}`}>
      <p className={css['dim']} role="status">
        {t(`review.${part}`, { count: waiting })}
        {usesKeys ? <Keys /> : null}
      </p>
      <div className={css['row']}>
        <Button size="sm" loading={isBusy} onClick={onApprove}>
          {t('review.approve', { count: subjects })}
        </Button>
        <Button size="sm" color="brick" variant="light" disabled={isBusy} onClick={onDecline}>
          {t('review.decline', { count: subjects })}
        </Button>
      </div>
    </div>
  );
}

const KEYS = ['j', 'k', 'x', 'a', 'd'] as const;

function Keys() {
  const { t } = useTranslation('ops');
  return (
    <>
      {' · '}
      {KEYS.map((key) => (
        <span key={key}>
          <kbd className={css['kbd']}>{key}</kbd> {t(`review.keys.${key}`)}{' '}
        </span>
      ))}
    </>
  );
}

/** What came of the last decision, where it is not simply done. */
function Outcome({
  decisions,
  error,
}: {
  readonly decisions: Decisions | undefined;
  readonly error: unknown;
}) {
  const { t } = useTranslation('ops');
  const counts = Map.groupBy(decisions?.results ?? [], ({ outcome }) => outcome);
  return (
    <div role="status" className={css['row']}>
      <ProblemNote error={error} />
      {[...counts].map(([outcome, results]) => (
        <Badge key={outcome} tone={outcome === 'approved' || outcome === 'declined' ? 'ok' : 'warn'}>
          {t(`review.outcome.${outcome}`, { count: results.length })}
        </Badge>
      ))}
    </div>
  );
}

interface EntryProps {
  readonly item: ReviewItem;
  readonly isCurrent: boolean;
  readonly isMarked: boolean;
  readonly onOpen: () => void;
  readonly onMark: () => void;
}

function QueueEntry({ item, isCurrent, isMarked, onOpen, onMark }: EntryProps) {
  const { t } = useTranslation('ops');
  const { money, relative } = useFormat();
  const { order } = item;
  return (
    <li className={css['entry']}>
      <Checkbox
        size="xs"
        aria-label={t('review.mark', { product: order.productName, customer: order.customerName })}
        checked={isMarked}
        onChange={onMark}
      />
      <button type="button" className={css['choice']} aria-current={isCurrent} onClick={onOpen}>
        <span className={css['between']}>
          <strong>{order.customerName}</strong>
          <span>{money(order.totalMinor, order.currency)}</span>
        </span>
        <span>
          {order.quantity} × {order.productName}
        </span>
        <small>
          {item.late ? t('review.lateSince') : t('review.decideBy')} {relative(item.decideBy)}
          {item.approvalsNeeded > 1 ? ` · ${t('review.twoPeople')}` : ''}
        </small>
      </button>
    </li>
  );
}
