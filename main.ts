#!/usr/bin/env node
import { startPlatform } from './compose.ts';
import { systemClock } from './platform/clock.ts';
import { ConfigError, parseConfig } from './platform/config.ts';
import { createLog } from './platform/log.ts';
import { StartError } from './platform/start-error.ts';

/** Starts the roles of this process and keeps them until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog(config.LOG_LEVEL, config.LOG_PRETTY ?? process.stderr.isTTY);
  const platform = await startPlatform({
    config,
    clock: systemClock,
    log,
    durability: 'durable',
    pace: 'by-itself',
  });
  // Before it says so: whoever reads that it runs may stop it at once.
  const stopped = new Promise<NodeJS.Signals>((stop) => {
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
  const http = platform.ports['http'];
  log.info({ roles: config.NEVEROUT_ROLES, ports: platform.ports }, 'Neverout is running; Ctrl-C stops it');
  if (http !== undefined) log.info(`API reference: http://localhost:${http}/docs`);
  if (platform.apiTokenIsNew) {
    // The only secret ever printed, once: on standard output, so that no log keeps it.
    process.stdout.write(
      `API token (shown once, kept in ${config.NEVEROUT_DATA}/api-token): ${platform.apiToken}\n`,
    );
  }
  const signal = await stopped;
  log.info({ signal }, 'shutting down: no new work, finishing what is in flight');
  // A second Ctrl-C means it.
  process.once('SIGINT', () => process.exit(130));
  await platform.close();
  log.info('stopped');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const known = error instanceof ConfigError || error instanceof StartError;
    const text =
      error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${known ? `Neverout cannot start. ${text}` : text}\n`);
    process.exit(1);
  },
);
