import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOnce } from '../data/use-once.ts';

/** Sends what was given up once more, and then on its schedule from the start. */
export function ReplayDelivery({ id }: { readonly id: string }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const replay = useMutation({
    mutationFn: () => call('POST', `/v1/message-deliveries/${id}/replay`),
    onSettled: () =>
      Promise.all(
        ['messages', 'orders', 'today'].map((topic) => client.invalidateQueries({ queryKey: [topic] })),
      ),
  });
  const send = useOnce(replay);
  return (
    <>
      <Button size="compact-xs" variant="default" loading={replay.isPending} onClick={() => send()}>
        {t('webhooks.replay')}
      </Button>
      <ProblemNote error={replay.error} />
    </>
  );
}
