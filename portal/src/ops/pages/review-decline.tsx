import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly opened: boolean;
  readonly count: number;
  readonly onClose: () => void;
  readonly onDecline: (reason: string) => void;
}

/** Whoever declines says why: the customer reads it. */
export function DeclineDialog({ opened, count, onClose, onDecline }: Props) {
  const { t } = useTranslation(['ops', 'common']);
  const [reason, setReason] = useState('');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('review.declineTitle', { count })}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() === '') return;
          onDecline(reason.trim());
          setReason('');
        }}
      >
        <Stack>
          <Textarea
            label={t('review.reason')}
            description={t('review.reasonText')}
            required
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" color="brick" disabled={reason.trim() === ''}>
              {t('review.decline', { count })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
