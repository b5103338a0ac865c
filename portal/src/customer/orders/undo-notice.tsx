import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** What is about to happen, and the way back. */
export function UndoNotice({ text, undo }: { readonly text: string; readonly undo: () => void }) {
  const { t } = useTranslation();
  return (
    <Group justify="space-between" wrap="nowrap" role="status">
      <Text size="sm">{text}</Text>
      <Button size="compact-md" variant="light" onClick={undo}>
        {t('action.undo')}
      </Button>
    </Group>
  );
}
