import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useMe } from '../api/me.ts';
import { Loading } from '../ui/loading.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { acceptInvitation } from './account-api.ts';

/** Behind the link of an invitation's mail. Opening it changes nothing; accepting is a button. */
export function Invitation() {
  const { t } = useTranslation('auth');
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const token = search.get('token');
  const accept = useMutation({
    mutationFn: acceptInvitation,
    onSuccess: async () => {
      await client.invalidateQueries();
      await navigate('/', { replace: true });
    },
  });
  if (me.isPending) return <Loading />;
  const next = `next=${encodeURIComponent(`/account/invitation?${search}`)}`;
  return (
    <Stack>
      <Title order={1} size="h2">
        {t('invitation.title')}
      </Title>
      <Text>{t('invitation.text')}</Text>
      <ProblemNote
        error={accept.error}
        texts={{ 'invalid-invitation': t('invitation.refused', { email: me.data?.email ?? '' }) }}
      />
      {token === null ? (
        <Text role="alert">{t('invitation.incomplete')}</Text>
      ) : me.data == null ? (
        <>
          <Text>{t('invitation.signInFirst')}</Text>
          <Group>
            <Button component={Link} to={`/sign-in?${next}`}>
              {t('signIn.submit')}
            </Button>
            <Button component={Link} to={`/sign-up?${next}`} variant="default">
              {t('signUp.submit')}
            </Button>
          </Group>
        </>
      ) : (
        <Button loading={accept.isPending} onClick={() => accept.mutate({ token })}>
          {t('invitation.accept')}
        </Button>
      )}
      <Anchor component={Link} to="/">
        {t('invitation.start')}
      </Anchor>
    </Stack>
  );
}
