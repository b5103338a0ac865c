import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { deliveryReplayedSchema } from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import css from '../ui/ops.module.css';

/** After an outage of mail, push or somebody's endpoint: everything that was given up on that way. */
export function ReplayAll({ channels }: { readonly channels: ReadonlySet<string> }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const [replayed, setReplayed] = useState<number | null>(null);
  return (
    <div className={css['row']}>
      {[...channels].toSorted().map((channel) => (
        <ConfirmButton
          key={channel}
          size="xs"
          label={t('webhooks.replayAll', { channel })}
          title={t('webhooks.replayAllTitle', { channel })}
          text={t('webhooks.replayAllText')}
          act={async () => {
            const answer = await call<Wire<typeof deliveryReplayedSchema>>(
              'POST',
              '/v1/message-deliveries/replay',
              { body: { channel } },
            );
            setReplayed(answer.replayed);
            await Promise.all(
              ['messages', 'today'].map((topic) => client.invalidateQueries({ queryKey: [topic] })),
            );
          }}
        />
      ))}
      <span role="status" className={css['dim']}>
        {replayed === null ? null : t('webhooks.replayed', { count: replayed })}
      </span>
    </div>
  );
}
