import { Container, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate } from 'react-router';
import type { statsSchema } from '../../../contracts/http/operations.ts';
import { call } from '../api/http.ts';
import { useMe } from '../api/me.ts';
import type { Wire } from '../api/wire.ts';
import { SecondFactorSetUp } from '../auth/second-factor-set-up.tsx';
import { Failure } from '../ui/failure.tsx';
import { Loading } from '../ui/loading.tsx';

/** The console of staff. Customers are sent to their own pages, staff without a second factor set it up first. */
export function Ops() {
  const me = useMe();
  if (me.data == null) return <Loading full />;
  if (me.data.role === 'customer') return <Navigate to="/" replace />;
  return (
    <Suspense fallback={<Loading full />}>
      {me.data.secondFactorMissing ? <FirstFactor /> : <Today />}
    </Suspense>
  );
}

function FirstFactor() {
  const { t } = useTranslation('auth');
  return (
    <Container component="main" size="xs" py="xl">
      <Stack>
        <Title order={1} size="h2">
          {t('factor.title')}
        </Title>
        <Text>{t('factor.staffText')}</Text>
        <SecondFactorSetUp />
      </Stack>
    </Container>
  );
}

function Today() {
  const { t } = useTranslation('ops');
  const stats = useQuery({
    queryKey: ['stats'],
    queryFn: () => call<Wire<typeof statsSchema>>('GET', '/v1/stats'),
  });
  if (stats.isPending) return <Loading full />;
  if (stats.isError) return <Failure error={stats.error} retry={() => void stats.refetch()} full />;
  const { devices, devicesOnline, consumables, customers } = stats.data;
  return (
    <Container component="main" py="xl">
      <Title order={1}>{t('today')}</Title>
      <dl>
        {Object.entries({ customers, devices, devicesOnline, consumables }).map(([name, count]) => (
          <div key={name}>
            <dt>{t(`counts.${name as 'customers'}`)}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
    </Container>
  );
}
