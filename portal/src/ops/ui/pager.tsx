import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './ops.module.css';

interface PagerProps {
  /** Of the page that is shown; undefined: the first. */
  readonly cursor: string | undefined;
  /** Of the page after it; null: there is none. */
  readonly nextCursor: string | null;
  readonly onTurn: (cursor: string | undefined) => void;
}

/** To the first page, and to the next. */
export function Pager({ cursor, nextCursor, onTurn }: PagerProps) {
  const { t } = useTranslation('ops');
  return (
    <div className={css['pager']}>
      <Button size="sm" variant="default" disabled={cursor === undefined} onClick={() => onTurn(undefined)}>
        {t('list.first')}
      </Button>
      <Button
        size="sm"
        variant="default"
        disabled={nextCursor === null}
        onClick={() => onTurn(nextCursor ?? undefined)}
      >
        {t('list.next')}
      </Button>
    </div>
  );
}
