import { ActionIcon, Button, Group, NumberInput, Text } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import type { Consumable } from '../data/consumables.ts';

/** "I have N spare": what the customer counts is believed over what was reckoned. */
export function Spares({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation(['customer', 'common']);
  const may = useMay('member');
  const client = useQueryClient();
  const reckoned = Math.round(consumable.onShelf);
  const [said, setSaid] = useState<number | null>(null);
  const count = said ?? reckoned;
  const save = useMutation({
    mutationFn: () =>
      call('POST', `/v1/consumables/${consumable.id}/shelf-counts`, { body: { quantity: count } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['consumables'] }),
  });
  const step = (by: number) => {
    save.reset();
    setSaid(Math.min(1000, Math.max(0, count + by)));
  };
  return (
    <Card title={t('consumable.spareTitle')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('consumable.spareText')}
      </Text>
      <Group align="flex-end">
        <ActionIcon
          size={44}
          variant="default"
          aria-label={t('consumable.fewer')}
          disabled={!may || count === 0}
          onClick={() => step(-1)}
        >
          <IconMinus size={20} />
        </ActionIcon>
        <NumberInput
          aria-label={t('consumable.spareLabel')}
          w={90}
          hideControls
          min={0}
          max={1000}
          allowDecimal={false}
          disabled={!may}
          value={count}
          onChange={(value) => setSaid(typeof value === 'number' ? value : 0)}
        />
        <ActionIcon
          size={44}
          variant="default"
          aria-label={t('consumable.another')}
          disabled={!may}
          onClick={() => step(1)}
        >
          <IconPlus size={20} />
        </ActionIcon>
        <Button disabled={!may || said === null} loading={save.isPending} onClick={() => save.mutate()}>
          {t('common:action.save')}
        </Button>
      </Group>
      <Text size="sm" role="status" mt="xs">
        {save.isSuccess ? t('consumable.spareSaved', { count }) : ''}
      </Text>
      <ProblemNote error={save.error} />
    </Card>
  );
}
