import { Button, Group, List, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type {
  calendarPreviewSchema,
  newCalendarFeedSchema,
} from '../../../../contracts/http/calendar-feeds.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';
import { type CalendarFeed, useCalendarFeeds } from '../data/holds.ts';
import css from './away.module.css';

type NewFeed = z.input<typeof newCalendarFeedSchema>;

/** Calendars whose events become holds; a preview shows which before anything is subscribed. */
export function Feeds() {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const feeds = useCalendarFeeds();
  return (
    <Card title={t('away.feedTitle')}>
      <Stack>
        <Text c="dimmed">{t('away.feedText')}</Text>
        {feeds.data === undefined || feeds.data.length === 0 ? null : (
          <ul className={css['list']} aria-label={t('away.feeds')}>
            {feeds.data.map((feed) => (
              <Feed key={feed.id} feed={feed} />
            ))}
          </ul>
        )}
        {may ? <FeedForm /> : null}
      </Stack>
    </Card>
  );
}

function Feed({ feed }: { readonly feed: CalendarFeed }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const { customer } = useCustomer();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call('POST', `/v1/customers/${customer.id}/calendars/${feed.id}/remove`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['holds'] }),
  });
  return (
    <li className={css['item']}>
      <div>
        <Text fw={560}>{feed.name}</Text>
        <Text size="sm" c="dimmed">
          {[feed.host, t(`away.feedStatus.${feed.status}`), t('away.feedHolds', { count: feed.holds })]
            .filter((text) => text !== null)
            .join(' · ')}
        </Text>
        {feed.lastError === null ? null : <Text size="sm">{feed.lastError}</Text>}
        <ProblemNote error={remove.error} />
      </div>
      {may ? (
        <Button variant="default" size="sm" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('away.feedRemove')}
        </Button>
      ) : null}
    </li>
  );
}

function FeedForm() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [rule, setRule] = useState<NewFeed['rule']>({ kind: 'all-day-busy' });
  const base = `/v1/customers/${customer.id}/calendars`;
  const preview = useMutation({
    mutationFn: () =>
      call<Wire<typeof calendarPreviewSchema>>('POST', `${base}/preview`, { body: { url, rule } }),
  });
  const save = useMutation({
    mutationFn: () => call<CalendarFeed>('POST', base, { body: { name, url, rule } satisfies NewFeed }),
    onSuccess: async () => {
      setName('');
      setUrl('');
      preview.reset();
      await client.invalidateQueries({ queryKey: ['holds'] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <TextInput
          label={t('away.feedName')}
          required
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <TextInput
          label={t('away.feedUrl')}
          placeholder="https://…/calendar.ics"
          required
          value={url}
          onChange={(event) => {
            setUrl(event.currentTarget.value);
            preview.reset();
          }}
        />
        <RuleFields rule={rule} onChange={setRule} />
        <ProblemNote error={preview.error ?? save.error} />
        {preview.data === undefined ? null : <Preview {...preview.data} />}
        <Group>
          <Button
            variant="default"
            loading={preview.isPending}
            disabled={url === ''}
            onClick={() => preview.mutate()}
          >
            {t('away.feedPreview')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t('away.feedSave')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface RuleProps {
  readonly rule: NewFeed['rule'];
  readonly onChange: (rule: NewFeed['rule']) => void;
}

function RuleFields({ rule, onChange }: RuleProps) {
  const { t } = useTranslation('customer');
  return (
    <>
      <Radio.Group
        label={t('away.feedRule')}
        value={rule.kind}
        onChange={(value) =>
          onChange(value === 'keyword' ? { kind: 'keyword', keyword: '' } : { kind: 'all-day-busy' })
        }
      >
        <Stack gap="xs" mt="xs">
          <Radio value="all-day-busy" label={t('away.feedAllDay')} />
          <Radio value="keyword" label={t('away.feedKeyword')} />
        </Stack>
      </Radio.Group>
      {rule.kind === 'keyword' ? (
        <TextInput
          label={t('away.feedWord')}
          required
          minLength={2}
          value={rule.keyword}
          onChange={(event) => onChange({ kind: 'keyword', keyword: event.currentTarget.value })}
        />
      ) : null}
    </>
  );
}

function Preview({ holds }: Wire<typeof calendarPreviewSchema>) {
  const { t } = useTranslation('customer');
  const format = useFormat();
  return (
    <div className={css['effect']} role="status">
      {holds.length === 0 ? (
        t('away.feedPreviewNone')
      ) : (
        <>
          <Text fw={580}>{t('away.feedPreviewTitle')}</Text>
          <List size="sm">
            {holds.map(({ startsOn, endsOn, title }) => (
              <List.Item key={`${startsOn} ${endsOn} ${title}`}>
                {format.span(startsOn, endsOn)}: {title}
              </List.Item>
            ))}
          </List>
        </>
      )}
    </div>
  );
}
