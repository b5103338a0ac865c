import { Center, Loader, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** What is still on its way; `full`: the whole page. */
export function Loading({ full = false }: { readonly full?: boolean }) {
  const { t } = useTranslation();
  return (
    <Center mih={full ? '100dvh' : 160} role="status">
      <Loader type="dots" aria-hidden />
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
    </Center>
  );
}
