import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { opsDeviceSchema } from '../../../../contracts/http/ops/lists.ts';
import { call } from '../../api/http.ts';
import { useMe } from '../../api/me.ts';
import type { Wire } from '../../api/wire.ts';
import { ConfirmButton } from '../ui/confirm.tsx';

/** Taking a device's credentials away ends its connection; it keeps working, and says nothing here any more. */
export function DeviceActs({ device }: { readonly device: Wire<typeof opsDeviceSchema> }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const me = useMe();
  if (device.revokedAt !== null || me.data?.role !== 'admin') return null;
  return (
    <ConfirmButton
      label={t('devices.revoke')}
      title={t('devices.revokeTitle', { name: device.name })}
      text={t('devices.revokeText')}
      color="brick"
      variant="light"
      act={async () => {
        await call('POST', `/v1/devices/${device.id}/revoke`, { body: {} });
        await client.invalidateQueries({ queryKey: ['devices'] });
      }}
    />
  );
}
