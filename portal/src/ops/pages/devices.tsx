import { IconDeviceDesktop } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { opsDeviceSchema } from '../../../../contracts/http/ops/lists.ts';
import type { Wire } from '../../api/wire.ts';
import { UNKNOWN, useFormat } from '../format.ts';
import type { Columns } from '../ui/data-table.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { Badge } from '../ui/parts.tsx';

type Device = Wire<typeof opsDeviceSchema>;

export function Devices() {
  const { t } = useTranslation('ops');
  const columns = useColumns();
  return (
    <ListPage<Device>
      title={t('nav.devices')}
      topic="devices"
      path="/v1/ops/devices"
      columns={columns}
      rowId={({ id }) => id}
      fields={[
        { name: 'q', label: t('devices.search') },
        {
          name: 'presence',
          label: t('devices.presence'),
          choices: (['online', 'offline'] as const).map((value) => ({ value, label: t(`devices.${value}`) })),
        },
        {
          name: 'owned',
          label: t('devices.owner'),
          choices: [
            { value: 'true', label: t('devices.owned') },
            { value: 'false', label: t('devices.unclaimed') },
          ],
        },
        {
          name: 'sort',
          label: t('list.sort'),
          choices: (['newest', 'silent'] as const).map((value) => ({
            value,
            label: t(`devices.sort.${value}`),
          })),
        },
      ]}
      fixed={{
        silentSince: t('devices.silent'),
        customerId: t('list.oneCustomer'),
        deviceModelId: t('list.oneModel'),
      }}
      empty={{ icon: <IconDeviceDesktop />, title: t('devices.none'), text: t('list.noneText') }}
    />
  );
}

function useColumns(): Columns<Device> {
  const { t } = useTranslation('ops');
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('device'),
        cell: ({ row: { original } }) => (
          <>
            <Link to={`/ops/devices/${original.id}`}>{original.name}</Link>
            <small>{original.serial ?? UNKNOWN}</small>
          </>
        ),
      },
      { id: 'model', header: t('devices.model'), cell: ({ row }) => row.original.model },
      {
        id: 'customer',
        header: t('customer'),
        cell: ({ row: { original } }) => original.customerName ?? t('devices.unclaimed'),
      },
      {
        id: 'presence',
        header: t('devices.presence'),
        cell: ({ row: { original } }) => (
          <>
            <PresenceBadge device={original} />
            <small>{format.relative(original.presenceAt)}</small>
          </>
        ),
      },
      {
        id: 'consumables',
        header: t('nav.consumables'),
        meta: { align: 'end' },
        cell: ({ row: { original } }) =>
          original.emptyConsumables === 0
            ? original.consumables
            : t('devices.emptyOf', { empty: original.emptyConsumables, all: original.consumables }),
      },
      { id: 'createdAt', header: t('devices.since'), cell: ({ row }) => format.date(row.original.createdAt) },
    ],
    [t, format],
  );
}

export function PresenceBadge({ device }: { readonly device: Device }) {
  const { t } = useTranslation('ops');
  if (device.revokedAt !== null) return <Badge tone="bad">{t('devices.revoked')}</Badge>;
  if (device.releasedAt !== null) return <Badge>{t('devices.released')}</Badge>;
  return device.presence === 'online' ? (
    <Badge tone="ok">{t('devices.online')}</Badge>
  ) : (
    <Badge tone="warn">{t('devices.offline')}</Badge>
  );
}
