import { startPlatform } from './compose.ts';
import { clockMessage, PacedClock } from './device-sim/chaos/pace.ts';
import { parseConfig } from './platform/config.ts';
import { createLog } from './platform/log.ts';

/**
 * One process of the platform as a chaos run starts and kills it: what main.ts does, on simulated time that
 * the run moves. `{ ready: true }` is told when it works, `{ failed }` with the
 * reason when it cannot start.
 */
const { CHAOS_TIME, ...environment } = process.env;
const clock = new PacedClock(clockMessage.parse(JSON.parse(CHAOS_TIME ?? '')));
process.on('message', (message) => {
  const told = clockMessage.safeParse(message);
  if (told.success) clock.tell(told.data);
});
// Never outlives the run that started it.
process.on('disconnect', () => process.exit(1));

const config = parseConfig(environment);
try {
  const platform = await startPlatform({
    config,
    clock,
    log: createLog(config.LOG_LEVEL, false),
    durability: 'durable',
    pace: 'by-itself',
  });
  process.once('SIGTERM', () => {
    void platform.close().then(() => process.exit(0));
  });
  process.send?.({ ready: true });
} catch (error) {
  // The database may just be away; whoever started it tries again.
  const failed = error instanceof Error ? error.message : String(error);
  process.send?.({ failed }, () => process.exit(1));
}
