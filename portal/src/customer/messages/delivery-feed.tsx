import { Button, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { deliveryFeedSchema, deliveryFeedStateSchema } from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';

/** Deliveries as a calendar that programs subscribe to. Whoever has its address may read it, so it can be changed. */
export function DeliveryFeed() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const may = useMay('member');
  const format = useFormat(customer.timeZone);
  const client = useQueryClient();
  const path = `/v1/customers/${customer.id}/delivery-feed`;
  const queryKey = ['messages', 'delivery-feed', customer.id];
  const feed = useQuery({
    queryKey,
    queryFn: ({ signal }) => call<Wire<typeof deliveryFeedStateSchema>>('GET', path, { signal }),
  });
  const onSuccess = () => client.invalidateQueries({ queryKey });
  const make = useMutation({
    mutationFn: () => call<Wire<typeof deliveryFeedSchema>>('POST', path),
    onSuccess,
  });
  const end = useMutation({
    mutationFn: () => call('DELETE', path),
    onSuccess: () => {
      make.reset();
      return onSuccess();
    },
  });
  if (feed.data === undefined) return null;
  const { createdAt } = feed.data;
  return (
    <Card title={t('messages.feed')}>
      <Stack>
        <Text c="dimmed">{t('messages.feedText')}</Text>
        {make.data === undefined ? (
          createdAt === null ? null : (
            <Text size="sm">{t('messages.feedSince', { when: format.day(createdAt) })}</Text>
          )
        ) : (
          <FeedAddress url={make.data.url} />
        )}
        <ProblemNote error={make.error ?? end.error} />
        {may ? (
          <Group>
            <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
              {t(createdAt === null ? 'messages.feedMake' : 'messages.feedRotate')}
            </Button>
            {createdAt === null ? null : (
              <Button variant="subtle" loading={end.isPending} onClick={() => end.mutate()}>
                {t('messages.feedEnd')}
              </Button>
            )}
          </Group>
        ) : null}
      </Stack>
    </Card>
  );
}

/** Shown this once: only a hash of it is kept. */
function FeedAddress({ url }: { readonly url: string }) {
  const { t } = useTranslation('customer');
  return (
    <Stack gap="xs">
      <Group align="flex-end" gap="xs">
        <TextInput
          label={t('messages.feedUrl')}
          description={t('messages.feedOnce')}
          readOnly
          flex="1 1 16rem"
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? 'messages.feedCopied' : 'messages.feedCopy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
