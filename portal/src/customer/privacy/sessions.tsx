import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { sessionsSchema } from '../../../../contracts/http/people.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import css from './privacy.module.css';

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS', 'Linux'] as const;

/** "Firefox, Windows": what people recognise of a user agent. */
function browserName(userAgent: string | null): string | null {
  const browser = BROWSERS.find(([mark]) => userAgent?.includes(mark))?.[1];
  const system = SYSTEMS.find((name) => userAgent?.includes(name));
  const parts = [browser, system].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(', ');
}

/** Where the account is signed in; each session can be ended. */
export function Sessions() {
  const { t } = useTranslation('customer');
  const format = useFormat();
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => call<Wire<typeof sessionsSchema>>('GET', '/v1/me/sessions', { signal }),
  });
  const onSuccess = () => client.invalidateQueries({ queryKey: ['sessions'] });
  const end = useMutation({ mutationFn: (id: string) => call('DELETE', `/v1/me/sessions/${id}`), onSuccess });
  const endOthers = useMutation({
    mutationFn: () => call('POST', '/v1/me/sessions/end-others'),
    onSuccess,
  });
  const items = sessions.data?.items ?? [];
  return (
    <Card title={t('privacy.sessions')}>
      <ul className={css['list']}>
        {items.map(({ id, userAgent, current, createdAt, address }) => (
          <li key={id} className={css['line']}>
            <div>
              <Text fw={560}>
                {browserName(userAgent) ?? t('privacy.unknownBrowser')}
                {current ? ` (${t('privacy.thisSession')})` : ''}
              </Text>
              <Text size="sm" c="dimmed">
                {[format.moment(createdAt), address].filter((part) => part !== null).join(' · ')}
              </Text>
            </div>
            {current ? null : (
              <Button variant="default" size="sm" onClick={() => end.mutate(id)}>
                {t('privacy.endSession')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {items.length > 1 ? (
        <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
          {t('privacy.endOthers')}
        </Button>
      ) : null}
      <ProblemNote error={end.error ?? endOthers.error} />
    </Card>
  );
}
