import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type settingHistorySchema,
  THRESHOLD_KEYS,
  type ThresholdKey,
} from '../../../../contracts/http/ops/thresholds.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { writeAmount } from '../ui/amount.ts';
import { useAmounts } from '../ui/amount-field.tsx';
import details from '../ui/details.module.css';
import css from '../ui/ops.module.css';
import { Pager } from '../ui/pager.tsx';
import { Badge, Card } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';

type History = Wire<typeof settingHistorySchema>;

const GROUPS = ['thresholds', 'review', 'breaker', 'retention'] as const;
const isGroup = (key: string): key is (typeof GROUPS)[number] => GROUPS.some((group) => group === key);
export const isThreshold = (name: string): name is ThresholdKey => THRESHOLD_KEYS.some((key) => key === name);

/** Every setting that staff change, from what to what, by whom and why. */
export function SettingHistory() {
  const { t } = useTranslation('ops');
  const [cursor, setCursor] = useState<string>();
  const query = useOps<History>('thresholds', '/v1/ops/setting-history', { cursor });
  return (
    <div className={details['below']}>
      <Card title={t('settings.history')}>
        <QueryView query={query}>
          {({ items, nextCursor }) =>
            items.length === 0 ? (
              <Empty
                icon={<IconHistory />}
                title={t('settings.noHistory')}
                text={t('settings.noHistoryText')}
              />
            ) : (
              <>
                <ul className={css['list']}>
                  {items.map((entry) => (
                    <Entry key={entry.id} entry={entry} />
                  ))}
                </ul>
                {cursor === undefined && nextCursor === null ? null : (
                  <Pager cursor={cursor} nextCursor={nextCursor} onTurn={setCursor} />
                )}
              </>
            )
          }
        </QueryView>
      </Card>
    </div>
  );
}

function Entry({ entry }: { readonly entry: History['items'][number] }) {
  const { t } = useTranslation('ops');
  const { instant, number } = useFormat();
  const { key, at, actor, actorName, reason, changes } = entry;
  const amounts = useAmounts();
  const spoken = (name: string, value: unknown) => {
    if (value === null) return t('settings.unset');
    if (typeof value === 'number' && name.endsWith('Minor')) {
      return `${writeAmount(value, { ...amounts, finer: 4 })} ${amounts.currencies}`.trim();
    }
    if (typeof value === 'number') return number(value, 9);
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const nameOf = (name: string) => {
    if (key === 'review' || key === 'breaker') {
      return t(`settings.${key}Names.${name}` as 'settings.reviewNames.priceRise', { defaultValue: name });
    }
    return isThreshold(name) ? t(`settings.names.${name}`) : name;
  };
  return (
    <li>
      <span className={css['row']}>
        <Badge>{isGroup(key) ? t(`settings.groups.${key}`) : key}</Badge>
        <span className={css['dim']}>
          {instant(at)} · {actorName ?? actor}
        </span>
        {reason === null ? null : <span>{reason}</span>}
      </span>
      {changes.map(({ name, from, to }) => (
        <div key={name}>
          {nameOf(name)}: {spoken(name, from)} → <strong>{spoken(name, to)}</strong>
        </div>
      ))}
    </li>
  );
}
