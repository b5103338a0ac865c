import { Button, Group, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { passkeysSchema } from '../../../../contracts/http/auth.ts';
import { call } from '../../api/http.ts';
import { ProblemError } from '../../api/problem.ts';
import type { Wire } from '../../api/wire.ts';
import { addPasskey, hasPasskeys } from '../../auth/passkey.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import css from './privacy.module.css';

export function Passkeys() {
  const { t } = useTranslation('customer');
  const format = useFormat();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const passkeys = useQuery({
    queryKey: ['passkeys'],
    queryFn: ({ signal }) => call<Wire<typeof passkeysSchema>>('GET', '/v1/auth/passkeys', { signal }),
  });
  const onSuccess = () => client.invalidateQueries({ queryKey: ['passkeys'] });
  const add = useMutation({
    mutationFn: () => addPasskey(name),
    onSuccess: async () => {
      setName('');
      await onSuccess();
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => call('DELETE', `/v1/auth/passkeys/${id}`),
    onSuccess,
  });
  return (
    <Card title={t('privacy.passkeys')}>
      <Text c="dimmed">{t('privacy.passkeysText')}</Text>
      <ul className={css['list']}>
        {passkeys.data?.items.map((passkey) => (
          <li key={passkey.id} className={css['line']}>
            <div>
              <Text fw={560}>{passkey.name}</Text>
              {passkey.createdAt === null ? null : (
                <Text size="sm" c="dimmed">
                  {format.moment(passkey.createdAt)}
                </Text>
              )}
            </div>
            <Button
              variant="default"
              size="sm"
              aria-label={`${t('privacy.remove')}: ${passkey.name}`}
              onClick={() => remove.mutate(passkey.id)}
            >
              {t('privacy.remove')}
            </Button>
          </li>
        ))}
      </ul>
      {hasPasskeys() ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <Group align="flex-end" mt="sm">
            <TextInput
              label={t('privacy.passkeyName')}
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={add.isPending}>
              {t('privacy.passkeyAdd')}
            </Button>
          </Group>
        </form>
      ) : null}
      {add.isError && !(add.error instanceof ProblemError) ? (
        <Text role="alert">{t('privacy.passkeyFailed')}</Text>
      ) : (
        <ProblemNote error={add.error ?? remove.error} />
      )}
    </Card>
  );
}
