import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconGhost2 } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import {
  MAX_SHADOW_CONSUMABLES,
  type shadowSchema,
  type shadowsSchema,
} from '../../../../contracts/http/ops/shadows.ts';
import {
  THRESHOLD_KEYS,
  type ThresholdKey,
  type thresholdsSchema,
} from '../../../../contracts/http/ops/thresholds.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOps } from '../data/queries.ts';
import { useOnce } from '../data/use-once.ts';
import { useFormat } from '../format.ts';
import css from '../ui/ops.module.css';
import { Badge, Card, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { ThresholdField } from './settings.tsx';
import { isThreshold } from './settings-history.tsx';

type ShadowRow = Wire<typeof shadowSchema>;

/** Changed thresholds on trial: what they would order, beside what is ordered. */
export function Shadow() {
  const { t } = useTranslation('ops');
  const shadows = useOps<Wire<typeof shadowsSchema>>('shadows', '/v1/ops/shadows');
  const thresholds = useOps<Wire<typeof thresholdsSchema>>('thresholds', '/v1/ops/thresholds');
  return (
    <>
      <PageHead title={t('nav.shadow')} />
      <div className={css['grid']} data-columns="2">
        <QueryView query={shadows}>{({ items }) => <Trials items={items} />}</QueryView>
        <QueryView query={thresholds}>{(values) => <NewTrial values={values} />}</QueryView>
      </div>
    </>
  );
}

function Trials({ items }: { readonly items: readonly ShadowRow[] }) {
  const { t } = useTranslation('ops');
  if (items.length === 0) {
    return <Empty icon={<IconGhost2 />} title={t('shadow.none')} text={t('shadow.noneText')} />;
  }
  return (
    <ul className={css['list']} aria-label={t('nav.shadow')}>
      {items.map((shadow) => (
        <li key={shadow.id}>
          <Link className={css['choice'] ?? ''} to={`/ops/shadow/${shadow.id}`}>
            <span className={css['between']}>
              <strong>{shadow.name}</strong>
              <ShadowBadge shadow={shadow} />
            </span>
            <Changes settings={shadow.settings} />
            <small>{t('shadow.looked', { evaluated: shadow.evaluated, count: shadow.consumables })}</small>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function ShadowBadge({ shadow }: { readonly shadow: ShadowRow }) {
  const { t } = useTranslation('ops');
  if (shadow.adoptedAt !== null) return <Badge tone="ok">{t('shadow.adopted')}</Badge>;
  if (shadow.stoppedAt !== null) return <Badge>{t('shadow.stopped')}</Badge>;
  return <Badge tone="warn">{t('shadow.running')}</Badge>;
}

export function Changes({ settings }: { readonly settings: ShadowRow['settings'] }) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  const texts = Object.entries(settings).map(
    ([name, value]) => `${isThreshold(name) ? t(`settings.names.${name}`) : name}: ${number(value, 2)}`,
  );
  return <span>{texts.join(' · ')}</span>;
}

function NewTrial({ values }: { readonly values: Wire<typeof thresholdsSchema> }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [consumables, setConsumables] = useState(500);
  const [key, setKey] = useState<ThresholdKey>('cancelWindowHours');
  const [settings, setSettings] = useState<Partial<Record<ThresholdKey, number | null>>>({});
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
  const isReady = name.trim() !== '' && Object.keys(given).length > 0;
  const starting = useMutation({
    mutationFn: () =>
      call<ShadowRow>('POST', '/v1/ops/shadows', {
        body: { name: name.trim(), settings: given, consumables },
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['shadows'] });
      await navigate(`/ops/shadow/${id}`);
    },
  });
  const send = useOnce(starting);
  return (
    <Card title={t('shadow.new')}>
      <form
        className={css['stack']}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) send();
        }}
      >
        <p className={css['dim']}>{t('shadow.newText')}</p>
        <TextInput
          size="sm"
          label={t('shadow.name')}
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          size="sm"
          label={t('shadow.threshold')}
          data={THRESHOLD_KEYS.map((value) => ({ value, label: t(`settings.names.${value}`) }))}
          value={key}
          onChange={(value) => setKey((value ?? 'cancelWindowHours') as ThresholdKey)}
        />
        <ThresholdField
          name={key}
          threshold={values[key]}
          changed={settings[key]}
          onChange={(value) =>
            setSettings((before) => {
              const { [key]: _, ...others } = before;
              return value === null || value === values[key].value ? others : { ...others, [key]: value };
            })
          }
        />
        {Object.keys(given).length === 0 ? null : <Changes settings={given as ShadowRow['settings']} />}
        <NumberInput
          size="sm"
          label={t('shadow.consumables')}
          min={1}
          max={MAX_SHADOW_CONSUMABLES}
          allowDecimal={false}
          value={consumables}
          onChange={(value) => setConsumables(typeof value === 'number' ? value : 1)}
        />
        <ProblemNote error={starting.error} />
        <div>
          <Button type="submit" size="sm" loading={starting.isPending} disabled={!isReady}>
            {t('shadow.start')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
