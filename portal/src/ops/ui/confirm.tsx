import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOnce } from '../data/use-once.ts';

interface Props {
  readonly label: string;
  readonly title: string;
  readonly text: string;
  /** Carries it out; the dialog stays open with the reason when it is refused. */
  readonly act: (reason: string) => Promise<unknown>;
  /** Whether somebody has to say why. */
  readonly asksWhy?: boolean;
  readonly color?: string;
  readonly variant?: string;
  readonly size?: string;
  readonly icon?: ReactNode;
  readonly disabled?: boolean;
}

/** A button for what cannot be taken back by a click: says what happens, asks why, and acts once. */
export function ConfirmButton(props: Props) {
  const { label, title, text, act, asksWhy = false, color, variant = 'default', size = 'sm', icon } = props;
  const { t } = useTranslation(['ops', 'common']);
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      setOpen(false);
      setReason('');
    },
  });
  const send = useOnce(acting);
  const style = color === undefined ? {} : { color };
  const lacks = asksWhy && reason.trim() === '';
  return (
    <>
      <Button
        size={size}
        variant={variant}
        {...style}
        leftSection={icon}
        disabled={props.disabled ?? false}
        onClick={() => {
          acting.reset();
          setOpen(true);
        }}
      >
        {label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={title}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!lacks) send(reason.trim());
          }}
        >
          <Stack>
            <Text size="sm">{text}</Text>
            {asksWhy ? (
              <Textarea
                label={t('why')}
                required
                maxLength={500}
                autosize
                minRows={2}
                data-autofocus
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
            ) : null}
            <ProblemNote error={acting.error} />
            <Group justify="end">
              <Button variant="default" onClick={() => setOpen(false)}>
                {t('common:action.cancel')}
              </Button>
              <Button type="submit" {...style} loading={acting.isPending} disabled={lacks}>
                {label}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
