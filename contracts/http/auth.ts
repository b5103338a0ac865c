import { z } from 'zod';
import { instant, label, uuid } from './common.ts';

/** Sign-in: what a browser sends and gets. Sessions travel in an HttpOnly cookie, never in a body. */

export const USER_ROLES = ['customer', 'ops', 'admin'] as const;
const LANGUAGES = ['en', 'de'] as const;

export const email = z
  .email()
  .max(254)
  .toLowerCase()
  .meta({ examples: ['ada@example.org'] });
/** Long enough that guessing within the limits is hopeless (NIST SP 800-63B-4 §3.1.1), short enough to hash. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;
const newPassword = z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH);
const password = z.string().min(1).max(MAX_PASSWORD_LENGTH);
const mailedToken = z.string().min(1).max(2000).describe('From the link in the mail.');
export const language = z.enum(LANGUAGES).describe('Of mails to this person.');

export const signUpSchema = z
  .object({ email, password: newPassword, name: label, language: language.default('en') })
  .meta({
    id: 'NewAccount',
    examples: [{ email: 'ada@example.org', password: 'correct horse battery staple', name: 'Ada' }],
  });
export const signInSchema = z
  .object({
    email,
    password,
    remember: z.boolean().default(true).describe('false: until the browser closes.'),
  })
  .meta({ id: 'SignIn' });
export const signedInSchema = z
  .object({ secondFactorRequired: z.boolean().describe('true: no session yet; send a code next.') })
  .meta({ id: 'SignedIn' });
export const emailOnlySchema = z.object({ email }).meta({ id: 'EmailOnly' });
export const verifyEmailSchema = z.object({ token: mailedToken }).meta({ id: 'VerifyEmail' });
export const resetPasswordSchema = z
  .object({ token: mailedToken, newPassword })
  .meta({ id: 'ResetPassword' });
export const changePasswordSchema = z
  .object({ currentPassword: password, newPassword })
  .meta({ id: 'ChangePassword' });

export const passwordOnlySchema = z.object({ password }).meta({ id: 'PasswordOnly' });
export const totpSetUpSchema = z
  .object({
    totpUri: z.string().describe('otpauth: URI for an authenticator app; in force once a code was sent.'),
    backupCodes: z.array(z.string()).describe('Each works once in place of a code. Shown this once.'),
  })
  .meta({ id: 'TotpSetUp' });
export const totpCodeSchema = z
  .object({ code: z.string().regex(/^\d{6}$/) })
  .meta({ id: 'TotpCode', examples: [{ code: '012345' }] });
export const backupCodeSchema = z.object({ code: z.string().min(1).max(40) }).meta({ id: 'BackupCode' });
export const backupCodesSchema = z.object({ backupCodes: z.array(z.string()) }).meta({ id: 'BackupCodes' });

/** As browsers' WebAuthn speaks JSON (W3C Web Authentication Level 3, §5.1.8–5.1.10). */
export const webAuthnOptionsSchema = z.record(z.string(), z.unknown()).meta({
  id: 'WebAuthnOptions',
  description: 'Pass it to the browser: parseCreationOptionsFromJSON and its like.',
});
const webAuthnResponse = z.record(z.string(), z.unknown()).describe("The credential's toJSON().");
export const newPasskeySchema = z
  .object({ response: webAuthnResponse, name: label })
  .meta({ id: 'NewPasskey', examples: [{ response: { id: '…', type: 'public-key' }, name: 'My phone' }] });
export const passkeySignInSchema = z.object({ response: webAuthnResponse }).meta({ id: 'PasskeySignIn' });
export const passkeySchema = z
  .object({ id: uuid, name: z.string().nullable(), createdAt: instant.nullable(), backedUp: z.boolean() })
  .meta({ id: 'Passkey' });
export const passkeysSchema = z.object({ items: z.array(passkeySchema) }).meta({ id: 'Passkeys' });
