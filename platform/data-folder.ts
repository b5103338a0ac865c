import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StartError } from './start-error.ts';

/** Makes the folder for the database and keys, or throws a StartError that names it. */
export async function openDataFolder(folder: string): Promise<void> {
  try {
    await makeFolder(resolve(folder));
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `The data folder ${folder} cannot be written: set NEVEROUT_DATA to one that can (${why}).`,
    );
  }
}

/** One level at a time: mkdir's own recursion never returns below a folder that cannot have any (/proc). */
async function makeFolder(folder: string): Promise<void> {
  const known = await stat(folder).catch(() => null);
  if (known?.isDirectory() === true) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || known !== null) throw error;
  });
}

export interface ApiToken {
  readonly token: string;
  /** Whether it was made just now, so that it is shown once. */
  readonly isNew: boolean;
}

/** The API token of the default installation: random, kept in the data folder for its owner alone. */
export async function readOrMakeApiToken(folder: string): Promise<ApiToken> {
  const { value, isNew } = await readOrMakeSecret(join(folder, 'api-token'));
  return { token: value, isNew };
}

/** The key that sessions are signed and second factors encrypted with; losing it signs everybody out. */
export async function readOrMakeAuthSecret(folder: string): Promise<string> {
  return (await readOrMakeSecret(join(folder, 'auth-secret'))).value;
}

async function readOrMakeSecret(file: string): Promise<{ value: string; isNew: boolean }> {
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known !== null && known.trim() !== '') return { value: known.trim(), isNew: false };
  const value = randomBytes(32).toString('base64url');
  await writeFile(file, `${value}\n`, { mode: 0o600 });
  return { value, isNew: true };
}
