import { Button, NumberInput, Select, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { devicePageSchema } from '../../../../contracts/http/ops/device-page.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOnce } from '../data/use-once.ts';
import css from '../ui/ops.module.css';

type Page = Wire<typeof devicePageSchema>;

const VALID_DAYS = 14;
const MOST_DAYS = 90;

/** A hint for whoever stands in front of the device: at once, or when it is back, until it is out of date. */
export function TellDevice({ page: { device, consumables } }: { readonly page: Page }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const [hint, setHint] = useState('');
  const [consumable, setConsumable] = useState<string | null>(null);
  const [validDays, setValidDays] = useState(VALID_DAYS);
  const telling = useMutation({
    mutationFn: () => {
      const about = consumable === null ? {} : { consumable };
      const command = { type: 'maintenance', hint: hint.trim(), ...about };
      return call('POST', `/v1/devices/${device.id}/commands`, { body: { command, validDays } });
    },
    onSuccess: async () => {
      setHint('');
      await client.invalidateQueries({ queryKey: ['devices'] });
    },
  });
  const send = useOnce(telling);
  if (device.revokedAt !== null) return null;
  const isReady = hint.trim() !== '';
  return (
    <form
      className={css['stack']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) send();
      }}
    >
      <Textarea
        size="sm"
        label={t('devices.hint')}
        description={t('devices.hintText')}
        maxLength={500}
        autosize
        value={hint}
        onChange={(event) => setHint(event.currentTarget.value)}
      />
      <div className={css['row']}>
        <Select
          size="sm"
          label={t('consumable')}
          placeholder={t('devices.hintWhole')}
          clearable
          clearButtonProps={{ 'aria-label': `${t('list.clear')} ${t('consumable')}` }}
          data={consumables.map(({ key, name }) => ({ value: key, label: name }))}
          value={consumable}
          onChange={setConsumable}
        />
        <NumberInput
          size="sm"
          label={t('devices.hintDays')}
          min={1}
          max={MOST_DAYS}
          allowDecimal={false}
          value={validDays}
          onChange={(next) => setValidDays(typeof next === 'number' ? next : VALID_DAYS)}
        />
      </div>
      <ProblemNote error={telling.error} />
      <div className={css['row']}>
        <Button type="submit" size="sm" variant="default" loading={telling.isPending} disabled={!isReady}>
          {t('devices.hintSend')}
        </Button>
        <span role="status" className={css['dim']}>
          {telling.isSuccess && !isReady ? t('devices.hintSent') : null}
        </span>
      </div>
    </form>
  );
}
