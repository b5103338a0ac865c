import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { invitationsSchema, membersSchema } from '../../../../contracts/http/people.ts';
import { call } from '../../api/http.ts';
import { useMe } from '../../api/me.ts';
import { platformNow } from '../../api/platform-time.ts';
import type { Wire } from '../../api/wire.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';
import css from './privacy.module.css';

const ROLES = ['viewer', 'member', 'owner'] as const;
type Role = (typeof ROLES)[number];
const isRole = (text: string | null): text is Role => ROLES.some((role) => role === text);

/** Who acts for the household, and who is invited to. */
export function Members() {
  const { t } = useTranslation('customer');
  const isOwner = useMay('owner');
  const me = useMe();
  const client = useQueryClient();
  const { customer } = useCustomer();
  const base = `/v1/customers/${customer.id}/members`;
  const members = useQuery({
    queryKey: ['members', customer.id],
    queryFn: ({ signal }) => call<Wire<typeof membersSchema>>('GET', base, { signal }),
  });
  const onSuccess = () => client.invalidateQueries({ queryKey: ['members'] });
  const change = useMutation({
    mutationFn: ({ userId, role }: { userId: string; role: Role }) =>
      call('PATCH', `${base}/${userId}`, { body: { role } }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (userId: string) => call('DELETE', `${base}/${userId}`),
    onSuccess,
  });
  return (
    <Card title={t('privacy.members')}>
      <ul className={css['list']}>
        {members.data?.items.map(({ userId, name, email, role }, _index, all) => (
          <li key={userId} className={css['line']}>
            <div>
              <Text fw={560}>
                {name}
                {userId === me.data?.id ? ` (${t('privacy.you')})` : ''}
              </Text>
              <Text size="sm" c="dimmed">
                {email}
              </Text>
            </div>
            {isOwner && !isLastOwner(role, all) ? (
              <Group gap="xs">
                <RoleSelect role={role} onChange={(next) => change.mutate({ userId, role: next })} />
                <Button
                  variant="default"
                  size="sm"
                  loading={remove.isPending && remove.variables === userId}
                  onClick={() => remove.mutate(userId)}
                  aria-label={`${t('privacy.remove')}: ${name}`}
                >
                  {t('privacy.remove')}
                </Button>
              </Group>
            ) : (
              <Text size="sm">{t(`privacy.role.${role}`)}</Text>
            )}
          </li>
        ))}
      </ul>
      <ProblemNote error={change.error ?? remove.error} />
      {isOwner ? <Invitations /> : null}
    </Card>
  );
}

/** Somebody has to answer for the household: the last owner stays. */
const isLastOwner = (role: Role, members: readonly { role: Role }[]): boolean =>
  role === 'owner' && members.filter((member) => member.role === 'owner').length === 1;

interface RoleSelectProps {
  readonly role: Role;
  readonly onChange: (role: Role) => void;
}

function RoleSelect({ role, onChange }: RoleSelectProps) {
  const { t } = useTranslation('customer');
  return (
    <Select
      aria-label={t('privacy.roleLabel')}
      size="sm"
      w={180}
      data={ROLES.map((value) => ({ value, label: t(`privacy.role.${value}`) }))}
      value={role}
      onChange={(next) => {
        if (isRole(next)) onChange(next);
      }}
    />
  );
}

function Invitations() {
  const { t } = useTranslation('customer');
  const format = useFormat();
  const client = useQueryClient();
  const { customer } = useCustomer();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const base = `/v1/customers/${customer.id}/invitations`;
  const invitations = useQuery({
    queryKey: ['members', 'invitations', customer.id],
    queryFn: ({ signal }) => call<Wire<typeof invitationsSchema>>('GET', base, { signal }),
  });
  const onSuccess = () => client.invalidateQueries({ queryKey: ['members'] });
  const invite = useMutation({
    mutationFn: () => call('POST', base, { body: { email, role, language: currentLanguage() } }),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: (id: string) => call('POST', `${base}/${id}/revoke`),
    onSuccess,
  });
  const open = (invitations.data?.items ?? []).filter(
    ({ acceptedAt, revokedAt, expiresAt }) =>
      acceptedAt === null && revokedAt === null && Date.parse(expiresAt) > platformNow(),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate();
      }}
    >
      <ul className={css['list']}>
        {open.map((invitation) => (
          <li key={invitation.id} className={css['line']}>
            <div>
              <Text>{invitation.email}</Text>
              <Text size="sm" c="dimmed">
                {t('privacy.invitedUntil', { when: format.day(invitation.expiresAt) })}
              </Text>
            </div>
            <Button variant="default" size="sm" onClick={() => revoke.mutate(invitation.id)}>
              {t('privacy.revoke')}
            </Button>
          </li>
        ))}
      </ul>
      <Group align="flex-end" mt="sm">
        <TextInput
          label={t('privacy.inviteEmail')}
          type="email"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <RoleSelect role={role} onChange={setRole} />
        <Button type="submit" variant="default" loading={invite.isPending}>
          {t('privacy.invite')}
        </Button>
      </Group>
      <Text size="sm" role="status" mt="xs">
        {invite.isSuccess ? t('privacy.invited', { email }) : ''}
      </Text>
      <ProblemNote error={invite.error ?? revoke.error} />
    </form>
  );
}
