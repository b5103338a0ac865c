import { IconMailOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { keptCommandsSchema } from '../../../../contracts/http/device-commands.ts';
import type { devicePageSchema } from '../../../../contracts/http/ops/device-page.ts';
import type { Wire } from '../../api/wire.ts';
import { useOps } from '../data/queries.ts';
import { UNKNOWN, useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Badge, Card, Facts, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { useConsumableColumns } from './consumables.tsx';
import { DeviceActs } from './device-acts.tsx';
import { TellDevice } from './device-tell.tsx';
import { PresenceBadge } from './devices.tsx';

type Data = Wire<typeof devicePageSchema>;

export function DevicePage() {
  const { deviceId = '' } = useParams();
  const query = useOps<Data>('devices', `/v1/ops/devices/${encodeURIComponent(deviceId)}`);
  return <QueryView query={query}>{(page) => <Page page={page} />}</QueryView>;
}

function Page({ page }: { readonly page: Data }) {
  const { t } = useTranslation('ops');
  const columns = useConsumableColumns();
  const { device, consumables } = page;
  return (
    <>
      <PageHead title={device.name}>
        <PresenceBadge device={device} />
        <DeviceActs device={device} />
      </PageHead>
      <div className={css['stack']}>
        <div className={css['grid']} data-columns="2">
          <About page={page} />
          <Commands page={page} />
        </div>
        <Card title={t('nav.consumables')}>
          <DataTable
            plain
            label={t('nav.consumables')}
            rows={consumables}
            columns={columns}
            rowId={({ id }) => id}
          />
        </Card>
        <div className={css['grid']} data-columns="2">
          <Said page={page} />
          <Refused page={page} />
        </div>
      </div>
    </>
  );
}

function About({ page: { device, credentials } }: { readonly page: Data }) {
  const { t } = useTranslation('ops');
  const { instant, date } = useFormat();
  const { hasSecret, certificateFingerprint, openClaimCodes } = credentials;
  return (
    <Card title={t('devices.about')}>
      <Facts
        rows={[
          [t('devices.model'), device.model],
          [t('devices.serial'), device.serial ?? UNKNOWN],
          [
            t('customer'),
            device.customerId === null ? (
              t('devices.unclaimed')
            ) : (
              <Link key="c" to={`/ops/devices?customerId=${device.customerId}`}>
                {device.customerName}
              </Link>
            ),
          ],
          [t('devices.presence'), `${t(`devices.${device.presence}`)}, ${instant(device.presenceAt)}`],
          [t('devices.since'), date(device.createdAt)],
          [t('devices.secret'), t(hasSecret ? 'yes' : 'no')],
          [t('devices.certificate'), certificateFingerprint ?? t('no')],
          [t('devices.claimCodes'), openClaimCodes],
          ['ID', device.id],
        ]}
      />
    </Card>
  );
}

function Commands({ page }: { readonly page: Data }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  const query = useOps<Wire<typeof keptCommandsSchema>>('devices', `/v1/devices/${page.device.id}/commands`);
  return (
    <Card title={t('devices.commands')}>
      <QueryView query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={css['dim']}>{t('devices.noCommands')}</p>
          ) : (
            <ul className={css['list']}>
              {items.slice(0, 8).map(({ id, command, createdAt, deliveredAt, sentAt }) => (
                <li key={id} className={css['between']}>
                  <span>
                    {t(`devices.command.${command.type}`)}
                    {command.type === 'maintenance' ? `: ${command.hint}` : ''}{' '}
                    <span className={css['dim']}>{instant(createdAt)}</span>
                  </span>
                  <Badge tone={deliveredAt === null ? 'warn' : 'ok'}>
                    {deliveredAt === null
                      ? t(sentAt === null ? 'devices.commandWaits' : 'devices.commandSent')
                      : t('devices.commandThere', { at: instant(deliveredAt) })}
                  </Badge>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      <TellDevice page={page} />
    </Card>
  );
}

/** The last words of the device about each of its slots, and what else happened. */
function Said({ page: { consumables, events } }: { readonly page: Data }) {
  const { t } = useTranslation('ops');
  const { instant, number, percent } = useFormat();
  return (
    <Card title={t('devices.said')}>
      <ul className={css['list']}>
        {consumables.map(({ id, name, lastReading }) => (
          <li key={id} className={css['between']}>
            <strong>{name}</strong>
            {lastReading === null ? (
              <span className={css['dim']}>{t('devices.silentSlot')}</span>
            ) : (
              <span>
                {lastReading.levelKind === 'measured'
                  ? percent(lastReading.level, 1)
                  : t(`devices.kind.${lastReading.levelKind}`)}
                {lastReading.useCounter === null ? '' : ` · ${number(lastReading.useCounter)}`}
                {lastReading.supplySerial === null ? '' : ` · ${lastReading.supplySerial}`}{' '}
                <span className={css['dim']}>
                  {instant(lastReading.at)} · #{lastReading.seq}
                </span>
              </span>
            )}
          </li>
        ))}
        {events.map((event) => (
          <li key={`${event.at}${event.type}${event.consumableKey}`} className={css['between']}>
            <span>
              {event.type} {event.consumableKey}
              {event.quantity === null ? '' : ` (${number(event.quantity, 1)})`}
            </span>
            <span className={css['dim']}>{instant(event.at)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Refused({ page: { refused } }: { readonly page: Data }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  return (
    <Card title={t('devices.refused')}>
      {refused.length === 0 ? (
        <p className={css['row']}>
          <IconMailOff size={18} aria-hidden />
          <span className={css['dim']}>{t('devices.noneRefused')}</span>
        </p>
      ) : (
        <ul className={css['list']}>
          {refused.map(({ id, receivedAt, reason, detail, payload }) => (
            <li key={id}>
              <span className={css['between']}>
                <Badge tone="warn">{reason}</Badge>
                <span className={css['dim']}>{instant(receivedAt)}</span>
              </span>
              <span>{detail}</span>
              {payload === null ? null : <pre className={css['code']}>{payload}</pre>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
