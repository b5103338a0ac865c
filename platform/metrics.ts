import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type StaffMetrics, staffMetrics } from './staff-metrics.ts';

/** Every metric of the platform, in one place: names are part of the contract with operators. */
export interface Metrics extends StaffMetrics {
  readonly registry: Registry;
  readonly readingsStored: Counter;
  readonly readingsDuplicate: Counter;
  readonly messagesAcknowledged: Counter;
  readonly refused: Counter<'reason'>;
  readonly deadLettersDropped: Counter;
  readonly messagesThrottled: Counter;
  readonly connections: Gauge;
  readonly connectionsRefused: Counter<'reason'>;
  readonly pendingMessages: Gauge;
  readonly commitSeconds: Histogram;
  readonly commitRows: Histogram;
  readonly evaluated: Counter;
  readonly evaluationSeconds: Histogram;
  readonly evaluationLagSeconds: Gauge;
  readonly decisions: Counter<'outcome'>;
  readonly orders: Counter<'status'>;
  readonly gateRefusals: Counter<'gate'>;
  readonly merchantCalls: Counter<'operation' | 'outcome'>;
  readonly webhooks: Counter<'outcome'>;
  readonly orderIssues: Counter<'kind'>;
  readonly wastedFillings: Counter;
  readonly offChannelFillings: Counter;
  readonly messageDeliveries: Counter<'channel' | 'outcome'>;
  readonly notices: Counter<'outcome'>;
  readonly erasedRows: Counter<'group'>;
  readonly commandsDelivered: Counter;
  readonly retentionRemoved: Counter<'kind'>;
}

/** A registry of its own: two platforms in one process (tests) do not share counters. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'neverout_' });
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter<Label>({ name: `neverout_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name: `neverout_${name}`, help, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `neverout_${name}`, help, buckets, registers });
  return {
    registry,
    ...staffMetrics(registers),
    readingsStored: counter('readings_stored_total', 'Readings committed.'),
    readingsDuplicate: counter('readings_duplicate_total', 'Readings that were already stored.'),
    messagesAcknowledged: counter(
      'messages_acknowledged_total',
      'Telemetry and event messages acknowledged.',
    ),
    refused: counter('refused_total', 'Input refused, by reason.', ['reason']),
    deadLettersDropped: counter(
      'dead_letters_dropped_total',
      'Refusals counted but not kept as dead letters.',
    ),
    messagesThrottled: counter(
      'messages_throttled_total',
      'Packets read over the rate of their device, which was then read no more for a while.',
    ),
    connections: gauge('broker_connections', 'Devices connected.'),
    connectionsRefused: counter('broker_connections_refused_total', 'Connections refused.', ['reason']),
    pendingMessages: gauge('ingest_pending_messages', 'Messages waiting for their commit.'),
    commitSeconds: histogram(
      'ingest_commit_seconds',
      'Duration of an ingest commit.',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    ),
    commitRows: histogram(
      'ingest_commit_rows',
      'Readings in an ingest commit.',
      [1, 5, 10, 50, 100, 500, 1000, 2000, 5000],
    ),
    evaluated: counter('evaluations_total', 'Consumables evaluated.'),
    evaluationSeconds: histogram(
      'evaluation_batch_seconds',
      'Duration of an evaluation batch.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ),
    evaluationLagSeconds: gauge('evaluation_lag_seconds', 'Age of the oldest queue row of the last batch.'),
    decisions: counter('decisions_total', 'Decisions recorded, by outcome.', ['outcome']),
    orders: counter('orders_total', 'Orders that entered a status.', ['status']),
    gateRefusals: counter('gate_refusals_total', 'Verdicts that stopped an order, by gate.', ['gate']),
    merchantCalls: counter('merchant_calls_total', 'Calls to merchants, by outcome.', [
      'operation',
      'outcome',
    ]),
    ...messageMetrics(registry),
    webhooks: counter('merchant_webhooks_total', 'Webhooks received from merchants, by outcome.', [
      'outcome',
    ]),
    ...otherCounters(registers),
  };
}

function otherCounters(
  registers: Registry[],
): Pick<
  Metrics,
  | 'retentionRemoved'
  | 'erasedRows'
  | 'commandsDelivered'
  | 'orderIssues'
  | 'wastedFillings'
  | 'offChannelFillings'
> {
  return {
    orderIssues: new Counter({
      name: 'neverout_order_issues_total',
      help: 'Issues of orders that were opened, by kind.',
      labelNames: ['kind'],
      registers,
    }),
    wastedFillings: new Counter({
      name: 'neverout_wasted_fillings_total',
      help: 'Fillings thrown away: what was left in them when they were replaced.',
      registers,
    }),
    offChannelFillings: new Counter({
      name: 'neverout_off_channel_fillings_total',
      help: 'Fillings put in that no order brought.',
      registers,
    }),
    commandsDelivered: new Counter({
      name: 'neverout_commands_delivered_total',
      help: 'Commands that devices acknowledged.',
      registers,
    }),
    retentionRemoved: new Counter({
      name: 'neverout_retention_removed_total',
      help: 'Rows past their retention, by kind of data; of readings the months.',
      labelNames: ['kind'],
      registers,
    }),
    erasedRows: new Counter({
      name: 'neverout_erased_rows_total',
      help: 'Rows deleted or cleared for erased customers, by group.',
      labelNames: ['group'],
      registers,
    }),
  };
}

function messageMetrics(registry: Registry): Pick<Metrics, 'messageDeliveries' | 'notices'> {
  const registers = [registry];
  return {
    messageDeliveries: new Counter({
      name: 'neverout_message_deliveries_total',
      help: 'Attempts to deliver messages, by outcome.',
      labelNames: ['channel', 'outcome'],
      registers,
    }),
    notices: new Counter({
      name: 'neverout_notices_total',
      help: 'Announcements that reached their customers, or could not.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
