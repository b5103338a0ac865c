import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { colourLaserPrinter } from '../../device-sim/printers/emulated-printer.ts';
import { startIppPrinter } from '../../device-sim/printers/ipp-printer.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from './support/config.ts';

/**
 * The container images cannot be built here; what can be checked is that the command lines they start with
 * work, and that what those import is there after `npm prune --omit=dev`.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The words of `key ['node', …]` in a file of YAML or of a Dockerfile. */
function commandIn(text: string, key: RegExp): string[] {
  const list = new RegExp(`${key.source}\\s*\\[([^\\]]*node[^\\]]*)\\]`, 'u').exec(text)?.[1] ?? '';
  return [...list.matchAll(/["']([^"']+)["']/gu)].map((match) => match[1] ?? '');
}

const bridgeCommand = commandIn(textOf('docker-compose.yml'), /command:/u);
const platformCommand = commandIn(textOf('Dockerfile'), /\nCMD/u);

test('the bridge starts with the command line of its container, and stops when it is told to', async () => {
  expect(bridgeCommand).toEqual(['node', 'bridge/main.ts', '--config', '/bridge/bridge.json']);
  await using folder = await temporaryFolder();
  const printer = await startIppPrinter(colourLaserPrinter('BOX-1'), { host: '127.0.0.1', port: 0 });
  const config = {
    broker: { url: 'mqtt://127.0.0.1:9' },
    discover: { hosts: [{ host: '127.0.0.1', ippPort: printer.port }] },
    snmp: { enabled: false },
  };
  writeFileSync(join(folder.path, 'bridge.json'), JSON.stringify(config));
  // Instead of the volume at /bridge.
  const [node = '', ...args] = bridgeCommand.map((word) => word.replace(/^\/bridge\//u, `${folder.path}/`));
  const running = spawn(node, args, {
    cwd: ROOT,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', NEVEROUT_API_TOKEN: '' },
  });
  const exit = once(running, 'exit');
  await eventually(() => {
    const status = JSON.parse(readFileSync(join(folder.path, 'bridge-data', 'status.json'), 'utf8'));
    expect(status.printers).toMatchObject([{ serial: 'BOX-1', deviceId: null }]);
    return Promise.resolve();
  });
  running.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  await printer.close();
});

const IMPORT =
  /(?:^|\n)(?:import|export)\s(?!type\s)[^;]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|import\('([^']+)'\)/gu;

/** Packages that a program imports, directly or through its own files. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = [resolve(ROOT, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const match of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const name = match[1] ?? match[2] ?? match[3] ?? '';
      if (name.startsWith('.')) {
        if (name.endsWith('.ts')) waiting.push(resolve(dirname(file), name));
      } else if (!name.startsWith('node:') && !builtinModules.includes(name)) {
        packages.add(
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        );
      }
    }
  }
  return packages;
}

test.each([
  { command: bridgeCommand, least: ['net-snmp', 'mqtt', 'bonjour-service'] },
  { command: platformCommand, least: ['aedes', 'fastify', 'pg', 'graphile-worker'] },
])('what $command imports is not left out of the image', ({ command, least }) => {
  const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> };
  const imported = packagesOf(command[1] ?? '');
  expect([...imported]).toEqual(expect.arrayContaining(least));
  expect([...imported].filter((name) => !(name in dependencies))).toEqual([]);
});
