import { Anchor, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { messageSchema } from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';
import privacy from '../privacy/privacy.module.css';
import css from './messages.module.css';
import { MoveOffer } from './move-offer.tsx';

interface Props {
  readonly base: string;
  readonly message: Wire<typeof messageSchema>;
}

/** One message: unread until its text is opened. */
export function MessageItem({ base, message }: Props) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const format = useFormat(useCustomer().customer.timeZone);
  const client = useQueryClient();
  const { id, subject, paragraphs, facts, createdAt, readAt, orderId, kind } = message;
  const isUnread = readAt === null;
  const read = useMutation({
    mutationFn: () => call('POST', `${base}/${id}/read`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['messages', 'list'] }),
  });
  return (
    <li className={css['item']}>
      <div className={css['head']}>
        <span className={css['dot']} data-unread={isUnread || undefined} aria-hidden />
        <div>
          <Text fw={isUnread ? 640 : 480}>
            {isUnread ? <VisuallyHidden>{`${t('messages.unread')}: `}</VisuallyHidden> : null}
            {subject}
          </Text>
          <Text size="sm" c="dimmed">
            {format.moment(createdAt)}
          </Text>
        </div>
      </div>
      <div className={css['body']}>
        <details
          className={privacy['details']}
          onToggle={({ currentTarget }) => {
            if (currentTarget.open && isUnread && may && read.isIdle) read.mutate();
          }}
        >
          <summary>{t('privacy.showText')}</summary>
          <Stack gap="xs">
            {paragraphs.map((paragraph) => (
              <Text key={paragraph} size="sm">
                {paragraph}
              </Text>
            ))}
            {facts.map(({ label, value }) => (
              <Text key={label} size="sm">
                <b>{label}:</b> {value}
              </Text>
            ))}
          </Stack>
        </details>
        {orderId === null ? null : (
          <Anchor component={Link} to={`/orders/${orderId}`} size="sm">
            {t('messages.order')}
          </Anchor>
        )}
        {kind === 'move-offer' && orderId !== null ? <MoveOffer orderId={orderId} /> : null}
      </div>
    </li>
  );
}
