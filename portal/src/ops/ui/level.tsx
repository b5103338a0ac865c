import { useTranslation } from 'react-i18next';
import { UNKNOWN, useFormat } from '../format.ts';
import css from './level.module.css';

/** A level as a bar with its number; what is not known looks unknown. */
export function Level({ level }: { readonly level: number | null }) {
  const { t } = useTranslation('ops');
  const { percent } = useFormat();
  if (level === null) return <span title={t('unknown')}>{UNKNOWN}</span>;
  const width = Math.round(level * 40);
  return (
    <span className={css['root']}>
      <svg width="40" height="8" viewBox="0 0 40 8" aria-hidden="true">
        <rect width="40" height="8" rx="4" className={css['empty']} />
        <rect
          width={width}
          height="8"
          rx={Math.min(width / 2, 4)}
          className={css['full']}
          data-low={level < 0.1 || undefined}
        />
      </svg>
      {percent(level)}
    </span>
  );
}
