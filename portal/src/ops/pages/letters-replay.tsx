import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  deadLetterReplayedSchema,
  deadLetterReplayResultSchema,
} from '../../../../contracts/http/operations.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import css from '../ui/ops.module.css';
import { Badge } from '../ui/parts.tsx';

type Replay = Wire<typeof deadLetterReplayedSchema>;
type Result = Wire<typeof deadLetterReplayResultSchema>;

/** A broker decodes within a second or two. */
const ASK_EVERY_MS = 1_000;

/** For what a slot that was added, or a newer version, understands by now; tells what came of it. */
export function ReplayLetters({ reason }: { readonly reason: string }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const [replay, setReplay] = useState<Replay | null>(null);
  return (
    <>
      {replay === null ? null : <Outcome replay={replay} />}
      <ConfirmButton
        label={t('letters.replay')}
        title={t('letters.replayTitle', { reason })}
        text={t('letters.replayText')}
        act={async () => {
          setReplay(await call<Replay>('POST', '/v1/dead-letters/replay', { body: { reason } }));
          await client.invalidateQueries({ queryKey: ['dead-letters'] });
        }}
      />
    </>
  );
}

function Outcome({ replay: { marked, at } }: { readonly replay: Replay }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['replay-result', at],
    queryFn: async ({ signal }) => {
      const result = await call<Result>('GET', '/v1/dead-letters/replay', { query: { at }, signal });
      if (result.waiting === 0) await client.invalidateQueries({ queryKey: ['dead-letters'] });
      return result;
    },
    refetchInterval: ({ state }) => (state.data?.waiting === 0 ? false : ASK_EVERY_MS),
  });
  const { waiting = marked, refused = [] } = query.data ?? {};
  const refusedCount = refused.reduce((sum, { count }) => sum + count, 0);
  const stored = Math.max(marked - waiting - refusedCount, 0);
  return (
    <span role="status" className={css['row']}>
      {waiting > 0 ? <Badge>{t('letters.stillWaiting', { count: waiting })}</Badge> : null}
      {waiting === 0 && marked === 0 ? <Badge>{t('letters.nothingMarked')}</Badge> : null}
      {stored > 0 ? <Badge tone="ok">{t('letters.stored', { count: stored })}</Badge> : null}
      {refused.map(({ reason, count }) => (
        <Badge key={reason} tone="warn">
          {t('letters.refusedAgain', { count, reason })}
        </Badge>
      ))}
    </span>
  );
}
