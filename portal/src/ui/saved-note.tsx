import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Told where it happened, to eyes and to screen readers. */
export function SavedNote({ isSaved }: { readonly isSaved: boolean }) {
  const { t } = useTranslation();
  return (
    <Text size="sm" role="status">
      {isSaved ? t('saved') : ''}
    </Text>
  );
}
