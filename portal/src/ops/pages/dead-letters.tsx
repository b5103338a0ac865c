import { IconMailOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { deadLettersPage } from '../../../../contracts/http/operations.ts';
import type { deadLetterReasonsSchema } from '../../../../contracts/http/ops/device-page.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import css from '../ui/ops.module.css';
import { Pager } from '../ui/pager.tsx';
import { Badge, Card, PageHead, Tile } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { ReplayLetters } from './letters-replay.tsx';

type Letter = Wire<typeof deadLettersPage>['items'][number];

/** What was refused and could be acted on: counted by its reason, each with what was received. */
export function DeadLetters() {
  const { t } = useTranslation('ops');
  const [params] = useSearchParams();
  const reason = params.get('reason');
  // A cursor belongs to the reason that it was read with.
  const [turned, setTurned] = useState<{ reason: string | null; cursor: string | undefined }>();
  const cursor = turned?.reason === reason ? turned.cursor : undefined;
  const reasons = useOps<Wire<typeof deadLetterReasonsSchema>>('dead-letters', '/v1/ops/dead-letter-reasons');
  const letters = useOps<Wire<typeof deadLettersPage>>('dead-letters', '/v1/dead-letters', {
    reason,
    cursor,
  });
  return (
    <>
      <PageHead title={t('nav.deadLetters')}>
        {reason === null ? null : <Link to="/ops/dead-letters">{t('letters.all')}</Link>}
        {reason === null ? null : <ReplayLetters reason={reason} />}
      </PageHead>
      <QueryView query={reasons}>{({ items }) => <Reasons items={items} current={reason} />}</QueryView>
      <QueryView query={letters}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty icon={<IconMailOff />} title={t('letters.none')} text={t('letters.noneText')} />
          ) : (
            <div className={css['stack']}>
              {items.map((letter) => (
                <LetterCard key={letter.id} letter={letter} />
              ))}
              <Pager
                cursor={cursor}
                nextCursor={nextCursor}
                onTurn={(to) => setTurned({ reason, cursor: to })}
              />
            </div>
          )
        }
      </QueryView>
    </>
  );
}

interface ReasonsProps {
  readonly items: Wire<typeof deadLetterReasonsSchema>['items'];
  readonly current: string | null;
}

function Reasons({ items, current }: ReasonsProps) {
  const { number, relative } = useFormat();
  return (
    <ul className={css['tiles']}>
      {items.map(({ reason, count, lastAt }) => (
        <Tile
          key={reason}
          to={`/ops/dead-letters?reason=${encodeURIComponent(reason)}`}
          value={number(count)}
          label={reason}
          hint={relative(lastAt)}
          tone={reason === current ? 'warn' : 'plain'}
        />
      ))}
    </ul>
  );
}

function LetterCard({ letter }: { readonly letter: Letter }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  return (
    <Card>
      <div className={css['between']}>
        <span className={css['row']}>
          <Badge tone="warn">{letter.reason}</Badge>
          <span>{letter.detail}</span>
        </span>
        <span className={css['dim']}>
          {letter.deviceId === null ? null : (
            <Link to={`/ops/devices/${letter.deviceId}`}>{t('device')}</Link>
          )}{' '}
          {instant(letter.receivedAt)}
        </span>
      </div>
      {letter.topic === null ? null : <p className={css['dim']}>{letter.topic}</p>}
      {letter.replayAt === null ? null : <Badge>{t('letters.waits')}</Badge>}
      {letter.replayedAt === null ? null : (
        <Badge tone="bad">{t('letters.again', { at: instant(letter.replayedAt) })}</Badge>
      )}
      {letter.payload === null ? null : <pre className={css['code']}>{letter.payload}</pre>}
    </Card>
  );
}
