import { Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { SavedNote } from '../../ui/saved-note.tsx';
import { useMay } from '../current-customer.tsx';
import {
  type MessageSettings,
  useChangeMessageSettings,
  useMessageSettings,
} from '../data/message-settings.ts';

/** When messages come: not at night, and what can wait in one mail a day. */
export function Rhythm() {
  const settings = useMessageSettings();
  if (settings.data === undefined) return null;
  return <RhythmForm settings={settings.data} />;
}

/** What is proposed when somebody switches it on. */
const USUAL = { from: '22:00', to: '07:00', digestAt: '18:00' };

function RhythmForm({ settings }: { readonly settings: MessageSettings }) {
  const { t } = useTranslation(['customer', 'common']);
  const may = useMay('member');
  const change = useChangeMessageSettings();
  const [isQuiet, setQuiet] = useState(settings.quietHours !== null);
  const [hours, setHours] = useState(settings.quietHours ?? { from: USUAL.from, to: USUAL.to });
  const [isDigest, setDigest] = useState(settings.digestAt !== null);
  const [digestAt, setDigestAt] = useState(settings.digestAt ?? USUAL.digestAt);
  const edit = (apply: () => void) => {
    change.reset();
    apply();
  };
  return (
    <Card title={t('messages.rhythm')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ quietHours: isQuiet ? hours : null, digestAt: isDigest ? digestAt : null });
        }}
      >
        <Stack>
          <Switch
            label={t('messages.quiet')}
            description={t('messages.quietText')}
            checked={isQuiet}
            disabled={!may}
            onChange={({ currentTarget: { checked } }) => edit(() => setQuiet(checked))}
          />
          {isQuiet ? (
            <Group align="flex-end">
              <TimeField
                label={t('messages.quietFrom')}
                value={hours.from}
                onChange={(from) => edit(() => setHours({ ...hours, from }))}
              />
              <TimeField
                label={t('messages.quietTo')}
                value={hours.to}
                onChange={(to) => edit(() => setHours({ ...hours, to }))}
              />
            </Group>
          ) : null}
          <Switch
            label={t('messages.digest')}
            description={t('messages.digestText')}
            checked={isDigest}
            disabled={!may}
            onChange={({ currentTarget: { checked } }) => edit(() => setDigest(checked))}
          />
          {isDigest ? (
            <TimeField
              label={t('messages.digestAt')}
              value={digestAt}
              onChange={(at) => edit(() => setDigestAt(at))}
            />
          ) : null}
          <Text size="sm" c="dimmed">
            {t('messages.urgent')}
          </Text>
          <ProblemNote error={change.error} />
          {may ? (
            <Button type="submit" variant="default" loading={change.isPending}>
              {t('common:action.save')}
            </Button>
          ) : null}
          <SavedNote isSaved={change.isSuccess} />
        </Stack>
      </form>
    </Card>
  );
}

interface TimeProps {
  readonly label: string;
  /** "22:00". */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function TimeField({ label, value, onChange }: TimeProps) {
  const may = useMay('member');
  return (
    <TextInput
      type="time"
      label={label}
      w={150}
      required
      disabled={!may}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
