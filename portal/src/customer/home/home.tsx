import { Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { useConsumables } from '../data/consumables.ts';

export function Home() {
  const { t } = useTranslation('customer');
  const consumables = useConsumables();
  if (consumables.isPending) return <Loading />;
  if (consumables.isError)
    return <Failure error={consumables.error} retry={() => void consumables.refetch()} />;
  return (
    <>
      <Title order={1}>{t('nav.home')}</Title>
      <ul>
        {consumables.data.map(({ id, deviceName, name, sentence }) => (
          <li key={id}>
            {deviceName}, {name}: {sentence}
          </li>
        ))}
      </ul>
    </>
  );
}
