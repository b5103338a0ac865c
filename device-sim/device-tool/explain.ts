import { REFUSALS, type Refusal } from '../../contracts/mqtt.ts';

/** CONNACK return codes (MQTT 3.1.1, table 3.1) and what they mean here. */
const CONNACKS: Readonly<Record<number, string>> = {
  1: 'The broker speaks another version of MQTT: use 3.1.1.',
  2: 'The client id is not the device id (or the device id, a colon and a suffix).',
  3: 'The platform cannot take the connection now (too many attempts, or its database is away): try later.',
  4: 'Unknown device, or wrong secret.',
  5: 'Revoked, or a will that says something else than "offline" on the own state topic.',
};

export function explainConnection(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number' && CONNACKS[code] !== undefined) return CONNACKS[code];
  if (code === 'ECONNREFUSED') return 'Nothing listens at that address: is the platform running?';
  if (code === 'ENOTFOUND') return 'There is no host of that name.';
  return error.message === '' ? String(code ?? 'The connection failed.') : error.message;
}

/** A reason as the platform gives it, in words; what a newer platform says stays as it is. */
export function explainRefusal(reason: string, detail: string): string {
  const meaning = Object.hasOwn(REFUSALS, reason) ? REFUSALS[reason as Refusal] : '';
  return [`${reason}:`, meaning, detail === '' ? '' : `(${detail})`].filter((part) => part !== '').join(' ');
}
