import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

export interface EmbeddedPostgres {
  /** Of the database `neverout`. */
  readonly url: string;
  /** Whether the server was running before, perhaps for somebody else. */
  readonly wasRunning: boolean;
  readonly stop: () => Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; made if missing. */
  readonly folder: string;
  /** `throw-away` trades crash safety for speed: for tests and demos. */
  readonly durability: 'durable' | 'throw-away';
}

const USER = 'neverout';

const COMMON_SETTINGS = ["listen_addresses='127.0.0.1'", "unix_socket_directories=''", 'max_connections=200'];
const DURABLE_SETTINGS = [
  'shared_buffers=256MB',
  'max_wal_size=4GB',
  'wal_compression=on',
  'log_min_messages=warning',
];
const THROW_AWAY_SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'shared_buffers=128MB',
];

/**
 * Starts a real PostgreSQL server of the platform's own, or takes over one that a killed platform
 * left running on the folder. `stop` shuts it down in order.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findPostgresBinaries();
  const cluster = await chooseCluster(resolve(options.folder), binaries);
  const password = await initialise(cluster, binaries, options);
  const running = await portOfRunningServer(cluster, binaries);
  const port = running ?? (await start(cluster, binaries, options));
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const stop = () => run(binaries.pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-w'], binaries);
  return { url, wasRunning: running !== null, stop };
}

/** Where root keeps a cluster whose data folder the server's user cannot reach (a checkout below /root). */
const PLACE_OF_ROOT = '/var/lib/neverout';

/** The folder of the cluster: in the data folder, unless only root may pass through to that. */
async function chooseCluster(folder: string, binaries: PostgresBinaries): Promise<string> {
  const wanted = join(folder, 'postgres');
  await makeFolder(wanted, binaries);
  if (await mayEnter(wanted, binaries)) return wanted;
  await rmdir(wanted);
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const place = join(PLACE_OF_ROOT, name);
  await mkdir(place, { recursive: true, mode: 0o755 });
  await makeFolder(join(place, 'postgres'), binaries);
  await writeFile(join(folder, 'postgres-is-at'), `${place}\n`);
  return join(place, 'postgres');
}

function mayEnter(folder: string, { credentials }: PostgresBinaries): Promise<boolean> {
  if (credentials.uid === undefined) return Promise.resolve(true);
  return new Promise((done) => {
    const child = spawn('/bin/sh', ['-c', 'cd "$0"', folder], { ...credentials, cwd: '/', stdio: 'ignore' });
    child.on('error', () => done(false));
    child.on('exit', (code) => done(code === 0));
  });
}

async function makeFolder(cluster: string, { credentials }: PostgresBinaries): Promise<void> {
  await mkdir(cluster, { recursive: true, mode: 0o700 });
  if (credentials.uid !== undefined && credentials.gid !== undefined) {
    await chown(cluster, credentials.uid, credentials.gid);
  }
}

/** Makes the cluster once; returns the password of its only user. */
async function initialise(
  cluster: string,
  binaries: PostgresBinaries,
  { durability }: EmbeddedPostgresOptions,
): Promise<string> {
  const passwordFile = join(cluster, '..', 'postgres-password');
  const known = await readFile(passwordFile, 'utf8').catch(() => null);
  const initialised = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  if (known !== null && initialised !== null) return known.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  // initdb reads the password as the server's user, who may not read the file above.
  const handover = join(cluster, '..', 'postgres-password.new');
  await writeFile(handover, password, { mode: 0o600 });
  const { uid, gid } = binaries.credentials;
  if (uid !== undefined && gid !== undefined) await chown(handover, uid, gid);
  try {
    const flags = [
      '-U',
      USER,
      '-A',
      'scram-sha-256',
      '--pwfile',
      handover,
      '-E',
      'UTF8',
      '--locale=C',
      ...(durability === 'throw-away' ? ['--no-sync'] : []),
    ];
    await run(binaries.initdb, ['-D', cluster, ...flags], binaries);
  } catch (error) {
    await rm(passwordFile, { force: true });
    throw error;
  } finally {
    await rm(handover, { force: true });
  }
  return password;
}

/** The server's own pid file: its fourth line is the port. */
async function portOfRunningServer(cluster: string, binaries: PostgresBinaries): Promise<number | null> {
  const runs = await run(binaries.pgCtl, ['status', '-D', cluster], binaries).then(
    () => true,
    () => false,
  );
  if (!runs) return null;
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
  return Number(lines[3]);
}

async function start(
  cluster: string,
  binaries: PostgresBinaries,
  options: EmbeddedPostgresOptions,
): Promise<number> {
  const port = await freePort();
  const settings = options.durability === 'durable' ? DURABLE_SETTINGS : THROW_AWAY_SETTINGS;
  const flags = [`-p ${port}`, ...[...COMMON_SETTINGS, ...settings].map((setting) => `-c ${setting}`)].join(
    ' ',
  );
  const log = join(cluster, 'server.log');
  // pg_ctl gives the server a session of its own, so that Ctrl-C reaches the platform alone.
  await run(binaries.pgCtl, ['start', '-D', cluster, '-w', '-t', '60', '-l', log, '-o', flags], binaries);
  return port;
}

/** Below 32768: ports above are handed out to outgoing connections by the system. */
const FIRST_PORT = 21_000;
const PORTS = 10_000;

async function freePort(): Promise<number> {
  const offset = randomBytes(2).readUInt16BE() % PORTS;
  for (let i = 0; i < PORTS; i += 1) {
    const port = FIRST_PORT + ((offset + i) % PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error('No free port for PostgreSQL.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}

/** Runs a program of PostgreSQL as the server's user; rejects with what it said. */
async function run(
  program: string,
  args: readonly string[],
  { credentials }: PostgresBinaries,
): Promise<void> {
  const { code, said } = await new Promise<{ code: number | null; said: string }>((done, fail) => {
    const child = spawn(program, args, { ...credentials, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('error', fail);
    child.on('exit', (code) => done({ code, said }));
  });
  if (code !== 0)
    throw new Error(`${program} ${args[0]} failed: ${said.trim().split('\n').slice(-5).join(' ')}`);
}
