import { Button, Select, Stack, TextInput } from '@mantine/core';
import { IconAlertOctagon, IconCircleCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { haltSchema, haltsPage } from '../../../../contracts/http/halts.ts';
import type { todaySchema } from '../../../../contracts/http/ops/today.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import css from '../ui/ops.module.css';
import { Badge, Card, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';

type HaltRow = Wire<typeof haltSchema>;

const isEverything = (halt: HaltRow): boolean =>
  (halt.productId ?? halt.deviceModelId ?? halt.merchantId ?? halt.customerId) === null;

function useHalting() {
  const client = useQueryClient();
  const refresh = () =>
    Promise.all(['halts', 'today'].map((topic) => client.invalidateQueries({ queryKey: [topic] })));
  return {
    stop: async (body: object) => {
      await call('POST', '/v1/halts', { body });
      await refresh();
    },
    lift: async (id: string) => {
      await call('POST', `/v1/halts/${id}/lift`, { body: {} });
      await refresh();
    },
  };
}

export function Halt() {
  const { t } = useTranslation('ops');
  const inForce = useOps<Wire<typeof haltsPage>>('halts', '/v1/halts', { inForce: true, limit: 200 });
  return (
    <>
      <PageHead title={t('nav.halt')} />
      <QueryView query={inForce}>
        {({ items }) => (
          <div className={css['stack']}>
            <BigSwitch halt={items.find(isEverything)} />
            <div className={css['grid']} data-columns="2">
              <Narrow />
              <InForce halts={items} />
            </div>
            <Earlier />
          </div>
        )}
      </QueryView>
    </>
  );
}

function BigSwitch({ halt }: { readonly halt: HaltRow | undefined }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  const { stop, lift } = useHalting();
  const today = useOps<Wire<typeof todaySchema>>('today', '/v1/ops/today');
  const announced = today.data?.orders.announced ?? 0;
  if (halt === undefined) {
    return (
      <section className={css['big']} aria-label={t('halt.everything')}>
        <IconCircleCheck size={36} aria-hidden />
        <strong>{t('halt.running')}</strong>
        <span>{t('halt.next', { count: announced })}</span>
        <ConfirmButton
          size="lg"
          variant="filled"
          color="brick"
          icon={<IconAlertOctagon size={22} aria-hidden />}
          label={t('halt.stop')}
          title={t('halt.stopTitle')}
          text={t('halt.stopText')}
          asksWhy
          act={(reason) => stop({ reason })}
        />
      </section>
    );
  }
  return (
    <section className={css['big']} data-tone="bad" aria-label={t('halt.everything')}>
      <IconAlertOctagon size={36} aria-hidden />
      <strong>{t('halt.everythingStopped')}</strong>
      <span>
        {halt.reason} · {halt.actor} · {instant(halt.createdAt)}
      </span>
      <span>{t('halt.held', { count: announced })}</span>
      <ConfirmButton
        size="lg"
        variant="filled"
        label={t('halt.lift')}
        title={t('halt.liftTitle')}
        text={t('halt.liftText')}
        act={() => lift(halt.id)}
      />
    </section>
  );
}

const SCOPES = {
  merchant: { member: 'merchantId', path: '/v1/merchants' },
  product: { member: 'productId', path: '/v1/products' },
  model: { member: 'deviceModelId', path: '/v1/device-models' },
} as const;
type Scope = keyof typeof SCOPES | 'customer';
const SCOPE_NAMES: readonly Scope[] = ['merchant', 'product', 'model', 'customer'];

interface Named {
  readonly id: string;
  readonly name?: string;
  readonly make?: string;
  readonly model?: string;
}

const nameOf = ({ name, make, model, id }: Named): string =>
  name ?? [make, model].filter(Boolean).join(' ') ?? id;

/** Stops one merchant, product, model or customer. */
function Narrow() {
  const { t } = useTranslation('ops');
  const { stop } = useHalting();
  const [scope, setScope] = useState<Scope>('merchant');
  const [id, setId] = useState('');
  return (
    <Card title={t('halt.narrow')}>
      <Stack gap="sm">
        <Select
          size="sm"
          label={t('halt.scope')}
          data={SCOPE_NAMES.map((value) => ({ value, label: t(`halt.scopes.${value}`) }))}
          value={scope}
          onChange={(value) => {
            setScope((value ?? 'merchant') as Scope);
            setId('');
          }}
        />
        {scope === 'customer' ? (
          <TextInput
            size="sm"
            label={t('halt.customerId')}
            value={id}
            onChange={(event) => setId(event.currentTarget.value.trim())}
          />
        ) : (
          <Subjects scope={scope} id={id} onChange={setId} />
        )}
        <ConfirmButton
          label={t('halt.stopNarrow')}
          title={t('halt.stopNarrow')}
          text={t('halt.narrowText')}
          color="brick"
          variant="light"
          asksWhy
          disabled={id === ''}
          act={async (reason) => {
            await stop({ reason, [scope === 'customer' ? 'customerId' : SCOPES[scope].member]: id });
            setId('');
          }}
        />
      </Stack>
    </Card>
  );
}

interface SubjectsProps {
  readonly scope: keyof typeof SCOPES;
  readonly id: string;
  readonly onChange: (id: string) => void;
}

function Subjects({ scope, id, onChange }: SubjectsProps) {
  const { t } = useTranslation('ops');
  const query = useOps<{ items: readonly Named[] }>('catalogue', SCOPES[scope].path, { limit: 200 });
  return (
    <Select
      size="sm"
      searchable
      label={t(`halt.scopes.${scope}`)}
      placeholder={t('halt.choose')}
      data={(query.data?.items ?? []).map((item) => ({ value: item.id, label: nameOf(item) }))}
      value={id === '' ? null : id}
      onChange={(value) => onChange(value ?? '')}
    />
  );
}

function InForce({ halts }: { readonly halts: readonly HaltRow[] }) {
  const { t } = useTranslation('ops');
  const { lift } = useHalting();
  return (
    <Card title={t('halt.inForce')}>
      {halts.length === 0 ? (
        <p className={css['dim']}>{t('halt.none')}</p>
      ) : (
        <ul className={css['list']}>
          {halts.map((halt) => (
            <li key={halt.id} className={css['between']}>
              <HaltLine halt={halt} />
              <ConfirmButton
                size="xs"
                label={t('halt.lift')}
                title={t('halt.liftTitle')}
                text={t('halt.liftText')}
                act={() => lift(halt.id)}
              />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function HaltLine({ halt }: { readonly halt: HaltRow }) {
  const { t } = useTranslation('ops');
  const { instant, number } = useFormat();
  const scopes = [
    halt.merchantId === null ? null : 'merchant',
    halt.productId === null ? null : 'product',
    halt.deviceModelId === null ? null : 'model',
    halt.customerId === null ? null : 'customer',
  ].filter((scope): scope is Scope => scope !== null);
  return (
    <span>
      <span className={css['row']}>
        {scopes.length === 0 ? (
          <Badge tone="bad">{t('halt.everything')}</Badge>
        ) : (
          scopes.map((scope) => (
            <Badge key={scope} tone="warn">
              {t(`halt.scopes.${scope}`)}
            </Badge>
          ))
        )}
        {halt.reason}
      </span>
      <span className={css['dim']}>
        {halt.actor === 'breaker' ? t('halt.byBreaker') : halt.actor} · {instant(halt.createdAt)}
        {halt.liftedAt === null ? '' : ` – ${instant(halt.liftedAt)}`}
        {halt.detail === null
          ? ''
          : ` · ${t('halt.counted', { observed: number(halt.detail.observed), expected: number(halt.detail.expected, 1) })}`}
      </span>
    </span>
  );
}

function Earlier() {
  const { t } = useTranslation('ops');
  const [isShown, setShown] = useState(false);
  const query = useOps<Wire<typeof haltsPage>>('halts', '/v1/halts', { inForce: false, limit: 50 });
  if (!isShown) {
    return (
      <div>
        <Button size="sm" variant="default" onClick={() => setShown(true)}>
          {t('halt.earlier')}
        </Button>
      </div>
    );
  }
  return (
    <Card title={t('halt.earlier')}>
      <QueryView query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={css['dim']}>{t('halt.noneEarlier')}</p>
          ) : (
            <ul className={css['list']}>
              {items.map((halt) => (
                <li key={halt.id}>
                  <HaltLine halt={halt} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Card>
  );
}
