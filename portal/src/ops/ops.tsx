import { Container, Stack, Text, Title } from '@mantine/core';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Route, Routes } from 'react-router';
import { useMe } from '../api/me.ts';
import { SecondFactorSetUp } from '../auth/second-factor-set-up.tsx';
import { NotFound } from '../shell/not-found.tsx';
import { Loading } from '../ui/loading.tsx';
import { OpsFrame } from './frame.tsx';
import { Audit } from './pages/audit.tsx';
import { Consumables } from './pages/consumables.tsx';
import { Customers } from './pages/customers.tsx';
import { DeadLetters } from './pages/dead-letters.tsx';
import { DevicePage } from './pages/device.tsx';
import { Devices } from './pages/devices.tsx';
import { Forecast } from './pages/forecast.tsx';
import { Halt } from './pages/halt.tsx';
import { Issues } from './pages/issues.tsx';
import { StuckJobs } from './pages/jobs.tsx';
import { OrderPage } from './pages/order.tsx';
import { Orders } from './pages/orders.tsx';
import { Review } from './pages/review.tsx';
import { Settings } from './pages/settings.tsx';
import { Shadow } from './pages/shadow.tsx';
import { ShadowPage } from './pages/shadow-page.tsx';
import { Today } from './pages/today.tsx';
import { Webhooks } from './pages/webhooks.tsx';

/** The console of staff. Customers are sent to their own pages, staff without a second factor set it up first. */
export function Ops() {
  const me = useMe();
  if (me.data == null) return <Loading full />;
  if (me.data.role === 'customer') return <Navigate to="/" replace />;
  return (
    <Suspense fallback={<Loading full />}>
      {me.data.secondFactorMissing ? <FirstFactor /> : <Pages />}
    </Suspense>
  );
}

function Pages() {
  return (
    <OpsFrame>
      <Routes>
        <Route index element={<Today />} />
        <Route path="review" element={<Review />} />
        <Route path="orders" element={<Orders />} />
        <Route path="orders/:orderId" element={<OrderPage />} />
        <Route path="issues" element={<Issues />} />
        <Route path="jobs" element={<StuckJobs />} />
        <Route path="consumables" element={<Consumables />} />
        <Route path="devices" element={<Devices />} />
        <Route path="devices/:deviceId" element={<DevicePage />} />
        <Route path="customers" element={<Customers />} />
        <Route path="forecast" element={<Forecast />} />
        <Route path="shadow" element={<Shadow />} />
        <Route path="shadow/:shadowId" element={<ShadowPage />} />
        <Route path="halt" element={<Halt />} />
        <Route path="dead-letters" element={<DeadLetters />} />
        <Route path="webhooks" element={<Webhooks />} />
        <Route path="audit" element={<Audit />} />
        <Route path="settings" element={<Settings />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </OpsFrame>
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
