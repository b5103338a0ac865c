import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Instant } from '../../core/types.ts';
import { ApiClient } from '../demo/api-client.ts';
import { buildMerchant, type SimulatedMerchant } from '../merchant/build-merchant.ts';
import { ChaosDevice } from './chaos-device.ts';
import { ChaosMerchant } from './chaos-merchant.ts';
import { ChaosDice } from './faults.ts';
import { KillPoints } from './kill-points.ts';
import { PacedClock } from './pace.ts';
import { ChaosPostgres } from './postgres.ts';
import type { ChaosSettings } from './settings.ts';
import { SmtpSink } from './smtp-sink.ts';
import { WebhookRelay } from './webhook-relay.ts';
import { Workers } from './workers.ts';
import { type ChaosWorld, GOODS, LEAD_TIME_PMF, registerChaosWorld } from './world.ts';

/** A Monday. */
const START: Instant = Date.parse('2027-03-01T06:00:00Z');
const HOST = '127.0.0.1';
const RULES_AT_FIRST = 3;

/** Everything that takes part in a run, open. */
export interface Stage {
  readonly clock: PacedClock;
  readonly postgres: ChaosPostgres;
  readonly workers: Workers;
  readonly killPoints: KillPoints;
  readonly dice: ChaosDice;
  readonly merchant: SimulatedMerchant;
  readonly front: ChaosMerchant;
  readonly relay: WebhookRelay;
  readonly smtp: SmtpSink;
  readonly api: ApiClient;
  readonly world: ChaosWorld;
  readonly devices: readonly ChaosDevice[];
  readonly close: () => Promise<void>;
}

/** Below 32768: ports above are handed out to outgoing connections, and these must be free again after a kill. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 22_000 + (randomBytes(2).readUInt16BE() % 10_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, HOST, () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

function settingsOfProcesses(ports: { mqtt: number; http: number; smtp: number }, apiToken: string) {
  const environment = {
    HOST,
    HTTP_PORT: '0',
    MQTT_PORT: '0',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
    NEVEROUT_API_TOKEN: apiToken,
    AUTH_SECRET: randomBytes(24).toString('hex'),
    PUBLIC_URL: `http://${HOST}:${ports.http}`,
    SMTP_URL: `smtp://${HOST}:${ports.smtp}`,
    DATABASE_CONNECTIONS: '6',
    // An hour of simulated time passes between two steps: a device's clock cannot be held to minutes.
    CLOCK_LIMIT_MINUTES: '100000',
    MQTT_MESSAGES_PER_SECOND: '1000',
    MQTT_CONNECTIONS_PER_MINUTE: '100000',
    CANCEL_WINDOW_HOURS: '6',
    EVALUATE_EVERY_MS: '60',
    EVALUATE_SPACING_SECONDS: '0',
  };
  const ofRole = {
    rules: {},
    broker: { MQTT_PORT: String(ports.mqtt) },
    api: { HTTP_PORT: String(ports.http) },
  };
  return { environment, ofRole };
}

export async function openStage(settings: ChaosSettings, say: (line: string) => void): Promise<Stage> {
  const { seed } = settings;
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      for (const closer of closers.reverse()) await closer();
    })();
    return closing;
  };
  try {
    const postgres = await ChaosPostgres.start();
    closers.push(() => postgres.close());
    const smtp = new SmtpSink();
    const ports = { mqtt: await freePort(), http: await freePort(), smtp: await smtp.listen() };
    closers.push(() => smtp.close());
    const clock = new PacedClock({ at: START, skewMs: 0, frozen: false });
    const apiToken = randomBytes(24).toString('hex');
    const workers = new Workers({
      databaseUrl: postgres.url,
      clock,
      ...settingsOfProcesses(ports, apiToken),
    });
    closers.push(() => workers.close());
    const killPoints = new KillPoints(postgres, workers);
    const dice = new ChaosDice(settings);
    const { merchant, front, url } = await openMerchant(settings, clock, dice, killPoints);
    closers.push(() => front.close());

    say('Starting the platform: PostgreSQL, API, broker, three rules processes …');
    await workers.start('api');
    await killPoints.install();
    const others = [workers.start('broker')];
    for (let i = 0; i < RULES_AT_FIRST; i += 1) others.push(workers.start('rules'));
    await Promise.all(others);

    const api = new ApiClient(`http://${HOST}:${ports.http}`, apiToken);
    const world = await registerChaosWorld(api, { merchantUrl: url, apiKey: API_KEY, ...settings });
    const relay = new WebhookRelay({
      clock,
      dice,
      secret: world.webhookSecret,
      url: () => `http://${HOST}:${ports.http}/v1/merchants/${world.merchantId}/webhooks`,
    });
    merchant.webhooks.subscribe({ url: await relay.listen(), secret: world.webhookSecret });
    closers.push(() => relay.close());
    const devices = world.devices.map(
      (account) => new ChaosDevice(account, { port: ports.mqtt, seed, now: clock.now() }),
    );
    closers.push(() => Promise.all(devices.map((device) => device.close())));
    await Promise.all(devices.map((device) => device.open()));
    const platform = { clock, postgres, workers, killPoints, smtp, api, world, devices };
    return { ...platform, dice, merchant, front, relay, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const API_KEY = 'the key of the chaos merchant';

async function openMerchant(
  { seed, ignoresKeys }: ChaosSettings,
  clock: PacedClock,
  dice: ChaosDice,
  killPoints: KillPoints,
) {
  const merchant = buildMerchant({
    clock,
    apiKey: API_KEY,
    seed,
    items: GOODS,
    leadTimePmf: LEAD_TIME_PMF,
    calendar: { timeZone: 'Europe/Berlin', closures: [], holds: [] },
    shippingMinor: 390,
  });
  const front = new ChaosMerchant({
    merchant,
    dice,
    ignoresKeys,
    onStep: (step, socket) => killPoints.atMerchant(step, socket),
  });
  return { merchant, front, url: await front.listen() };
}
