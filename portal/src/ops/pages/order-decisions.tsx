import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { platformNow } from '../../api/platform-time.ts';
import { RunOutFan } from '../charts/run-out-fan.tsx';
import { useFormat } from '../format.ts';
import details from '../ui/details.module.css';
import css from '../ui/ops.module.css';
import { Badge, Card } from '../ui/parts.tsx';
import { isOutcome } from './consumables.tsx';
import type { OrderData } from './order.tsx';

type Decision = NonNullable<OrderData['decision']>;

interface Gate {
  readonly gate: string;
  readonly pass: boolean;
  readonly reason: string;
}

/** Why it was made, and what was thought when it was to be placed: each with every gate in words. */
export function Decisions({ page: { decision, placements } }: { readonly page: OrderData }) {
  const { t } = useTranslation('ops');
  return (
    <div className={css['grid']} data-columns="2">
      <Card title={t('orderPage.decision')}>
        {decision === null ? (
          <p className={css['dim']}>{t('orderPage.noDecision')}</p>
        ) : (
          <DecisionView decision={decision} withFan />
        )}
      </Card>
      <Card title={t('orderPage.placements')}>
        {placements.length === 0 ? (
          <p className={css['dim']}>{t('orderPage.noPlacement')}</p>
        ) : (
          <div className={css['stack']}>
            {placements.map((placement) => (
              <DecisionView key={placement.id} decision={placement} />
            ))}
          </div>
        )}
      </Card>
    </div>
  );
}

interface Fan {
  readonly level: number;
  readonly p10: string | null;
  readonly p50: string | null;
  readonly p90: string | null;
}

/** Kept as JSON: what an older version wrote may lack something. */
function fanOf(forecast: unknown): Fan | null {
  if (typeof forecast !== 'object' || forecast === null) return null;
  const { level, p10, p50, p90 } = forecast as Partial<Record<keyof Fan, unknown>>;
  if (typeof level !== 'number') return null;
  const at = (value: unknown) =>
    typeof value === 'number' || typeof value === 'string' ? new Date(value).toISOString() : null;
  return { level, p10: at(p10), p50: at(p50), p90: at(p90) };
}

function DecisionView({ decision, withFan = false }: { decision: Decision; withFan?: boolean }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  const { at, outcome, sentence } = decision;
  const gates = Array.isArray(decision.gates) ? (decision.gates as readonly Gate[]) : [];
  const passed = gates.filter(({ pass }) => pass);
  const fan = withFan ? fanOf(decision.forecast) : null;
  return (
    <div>
      <p className={css['row']}>
        <Badge tone={outcome === 'blocked' ? 'bad' : 'plain'}>
          {isOutcome(outcome) ? t(`outcome.${outcome}`) : outcome}
        </Badge>
        <span className={css['dim']}>{instant(at)}</span>
      </p>
      <p>{sentence}</p>
      {fan === null ? null : <RunOutFan now={Math.min(Date.parse(at), platformNow())} {...fan} />}
      <Gates gates={gates.filter(({ pass }) => !pass)} />
      {passed.length === 0 ? null : (
        <details className={details['passed']}>
          <summary>{t('orderPage.passed', { count: passed.length, all: gates.length })}</summary>
          <Gates gates={passed} />
        </details>
      )}
    </div>
  );
}

function Gates({ gates }: { readonly gates: readonly Gate[] }) {
  const { t } = useTranslation('ops');
  return (
    <ul className={details['gates']}>
      {gates.map(({ gate, pass, reason }) => (
        <li key={gate} data-pass={pass || undefined}>
          {pass ? (
            <IconCircleCheck size={18} aria-label={t('orderPage.passes')} />
          ) : (
            <IconCircleX size={18} aria-label={t('orderPage.fails')} />
          )}
          <span>{reason}</span>
        </li>
      ))}
    </ul>
  );
}
