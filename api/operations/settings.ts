import { settingsSchema } from '../../contracts/http/operations.ts';
import { readThresholds } from '../../platform/thresholds.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

/** Those that shape what the platform does; addresses, paths and keys are nobody's business here. */
export function registerSettings(app: Api, { config, database }: ApiDeps): void {
  app.get(
    '/v1/settings',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'Read the settings in force',
      response: { 200: settingsSchema },
    }),
    async () => ({
      ...(await readThresholds(database.pool, config)),
      clockLimitMinutes: config.CLOCK_LIMIT_MINUTES,
      readingRetentionMonths: config.READING_RETENTION_MONTHS,
      deadLetterRetentionDays: config.DEAD_LETTER_RETENTION_DAYS,
      evaluateEveryMs: config.EVALUATE_EVERY_MS,
      mqttMaxPayloadBytes: config.MQTT_MAX_PAYLOAD_BYTES,
      mqttMessagesPerSecond: config.MQTT_MESSAGES_PER_SECOND,
      mqttConnectionsPerMinute: config.MQTT_CONNECTIONS_PER_MINUTE,
      mqttMaxConnections: config.MQTT_MAX_CONNECTIONS,
    }),
  );
}
