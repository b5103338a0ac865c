import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Gauge } from '../../ui/gauge.tsx';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import type { Consumable } from '../data/consumables.ts';
import css from './home.module.css';

/** Toners are told apart by their colour before anybody reads. */
const DOTS: Readonly<Record<string, string>> = {
  black: '#1f1f1f',
  cyan: '#00a3d9',
  magenta: '#d6247f',
  yellow: '#f2cf1d',
};

/** One consumable: what is left, and in one sentence what will happen. */
export function ConsumableRow({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const { id, key, name, level, levelAt, stale, onShelf, polarity, sentence, strategy } = consumable;
  const percent = level === null ? '' : format.percent(level);
  const left =
    level === null ? t('level.unknown') : t(polarity === 'fills' ? 'level.space' : 'level.left', { percent });
  const dot = DOTS[key];
  return (
    <Link to={`/consumables/${id}`} className={css['row']}>
      <span className={css['head']}>
        {dot === undefined ? null : <span className={css['dot']} style={{ background: dot }} aria-hidden />}
        <span>{slotInWords(name)}</span>
        <span className={css['left']} data-unknown={level === null || undefined}>
          {left}
        </span>
      </span>
      <Gauge level={level} isStale={stale} label={`${slotInWords(name)}: ${left}`} />
      <span className={css['sentence']}>{sentence ?? t('level.unknownText')}</span>
      <span className={css['foot']}>
        <span>{t(`strategy.${strategy}`)}</span>
        {onShelf >= 1 ? <span>{t('level.spares', { count: Math.round(onShelf) })}</span> : null}
        {stale && levelAt !== null ? (
          <span>{t('level.stale', { when: format.relative(levelAt) })}</span>
        ) : null}
      </span>
    </Link>
  );
}
