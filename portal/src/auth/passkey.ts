import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import type { z } from 'zod';
import type { passkeySchema } from '../../../contracts/http/auth.ts';
import { call } from '../api/http.ts';
import type { Wire } from '../api/wire.ts';

export const hasPasskeys = (): boolean => typeof globalThis.PublicKeyCredential === 'function';

/** Signs in with a passkey of this device. Throws when the person turns it down. */
export async function signInWithPasskey(): Promise<void> {
  const optionsJSON = await call<PublicKeyCredentialRequestOptionsJSON>(
    'POST',
    '/v1/auth/passkeys/sign-in-options',
  );
  const response = await startAuthentication({ optionsJSON });
  await call('POST', '/v1/auth/passkeys/sign-in', { body: { response } });
}

/** Makes a passkey on this device for whoever is signed in. Throws when the person turns it down. */
export async function addPasskey(name: string): Promise<Wire<typeof passkeySchema>> {
  const optionsJSON = await call<PublicKeyCredentialCreationOptionsJSON>(
    'POST',
    '/v1/auth/passkeys/registration-options',
  );
  const response = await startRegistration({ optionsJSON });
  return call<z.input<typeof passkeySchema>>('POST', '/v1/auth/passkeys', { body: { response, name } });
}
