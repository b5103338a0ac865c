import { Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PLACES } from './places.ts';
import { useShortcuts } from './shortcuts.ts';
import details from './ui/details.module.css';
import css from './ui/ops.module.css';

const REVIEW_KEYS = ['j', 'k', 'x', 'a', 'd'] as const;

/** `?` opens what every key does. */
export function KeysDialog() {
  const { t } = useTranslation(['ops', 'common']);
  const [isOpen, setOpen] = useState(false);
  useShortcuts({ '?': () => setOpen(true) });
  return (
    <Modal
      opened={isOpen}
      onClose={() => setOpen(false)}
      title={t('keys.title')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <div className={css['stack']}>
        <h2 className={details['small']}>{t('keys.everywhere')}</h2>
        <dl className={details['keys']}>
          {PLACES.map(({ key, go }) => (
            <Key key={key} keys={['g', go]} text={t(`nav.${key}`)} />
          ))}
          <Key keys={['?']} text={t('keys.help')} />
        </dl>
        <h2 className={details['small']}>{t('nav.review')}</h2>
        <dl className={details['keys']}>
          {REVIEW_KEYS.map((key) => (
            <Key key={key} keys={[key]} text={t(`review.keys.${key}`)} />
          ))}
        </dl>
        <p className={css['dim']}>{t('keys.rest')}</p>
      </div>
    </Modal>
  );
}

function Key({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
  return (
    <div className={css['contents']}>
      <dt>
        {keys.map((key) => (
          <kbd key={key} className={css['kbd']}>
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
