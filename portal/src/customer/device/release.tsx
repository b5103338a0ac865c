import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { releasedDeviceSchema } from '../../../../contracts/http/claims.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import type { Device } from '../data/consumables.ts';

/** Ends everything between a device and its household; the next owner gets a code. */
export function Release({ device }: { readonly device: Device }) {
  const { t } = useTranslation(['customer', 'common']);
  const client = useQueryClient();
  const [isAsked, { open, close }] = useDisclosure();
  const release = useMutation({
    mutationFn: () => call<Wire<typeof releasedDeviceSchema>>('POST', `/v1/devices/${device.id}/release`),
    // Lists are read anew when this page is left: until then the code stays in sight.
    onSuccess: () => client.invalidateQueries({ refetchType: 'none' }),
  });
  return (
    <Card title={t('settings.release')}>
      <Text c="dimmed" mb="sm">
        {t('settings.releaseText')}
      </Text>
      <Button variant="default" onClick={open} aria-label={`${t('settings.release')}: ${device.name}`}>
        {t('settings.release')}
      </Button>
      <Modal
        opened={isAsked}
        onClose={close}
        title={t('settings.releaseTitle', { device: device.name })}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
        withCloseButton={!release.isSuccess}
        closeOnClickOutside={!release.isSuccess}
        closeOnEscape={!release.isSuccess}
      >
        {release.isSuccess ? (
          <Stack>
            <Text role="status">{t('settings.released', { code: release.data.claimCode })}</Text>
            <Button component={Link} to="/">
              {t('common:notFound.home')}
            </Button>
          </Stack>
        ) : (
          <Stack>
            <Text>{t('settings.releaseText')}</Text>
            <ProblemNote error={release.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t('common:action.cancel')}
              </Button>
              <Button color="brick" loading={release.isPending} onClick={() => release.mutate()}>
                {t('settings.releaseYes')}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </Card>
  );
}
