import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PageHead } from '../ui/parts.tsx';
import { Accuracy } from './forecast-accuracy.tsx';
import { Demand } from './forecast-demand.tsx';
import { Fleet } from './forecast-fleet.tsx';

const VIEWS = { demand: Demand, accuracy: Accuracy, fleet: Fleet } as const;
type View = keyof typeof VIEWS;
const isView = (text: string | null): text is View => text !== null && Object.hasOwn(VIEWS, text);

export function Forecast() {
  const { t } = useTranslation('ops');
  const [params, setParams] = useSearchParams();
  const asked = params.get('view');
  const view = isView(asked) ? asked : 'demand';
  const Shown = VIEWS[view];
  return (
    <>
      <PageHead title={t('nav.forecast')}>
        <SegmentedControl
          aria-label={t('nav.forecast')}
          value={view}
          onChange={(next) => setParams({ view: next }, { replace: true })}
          data={(['demand', 'accuracy', 'fleet'] as const).map((value) => ({
            value,
            label: t(`forecast.${value}`),
          }))}
        />
      </PageHead>
      <Shown />
    </>
  );
}
