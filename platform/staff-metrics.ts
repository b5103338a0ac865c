import { Counter, Gauge, type Registry } from 'prom-client';

/** What the staff's part of the platform counts: reviews and the breaker. */
export interface StaffMetrics {
  readonly reviewFlags: Counter<'flag'>;
  readonly reviewsDecided: Counter<'verdict'>;
  readonly reviewsWaiting: Gauge<'late'>;
  readonly breakerTrips: Counter<'scope'>;
  readonly orderRequests: Counter<'outcome'>;
}

export function staffMetrics(registers: Registry[]): StaffMetrics {
  const counter = <Label extends string>(name: string, help: string, label: Label) =>
    new Counter<Label>({ name: `neverout_${name}`, help, labelNames: [label], registers });
  return {
    reviewFlags: counter('review_flags_total', 'What made orders wait for the staff, by flag.', 'flag'),
    reviewsDecided: counter(
      'reviews_decided_total',
      'Orders that staff decided about, by verdict.',
      'verdict',
    ),
    reviewsWaiting: new Gauge({
      name: 'neverout_reviews_waiting',
      help: 'Orders that wait for the staff, by whether the decision about them is late.',
      labelNames: ['late'],
      registers,
    }),
    orderRequests: counter(
      'order_requests_total',
      'Orders asked for by a button of a device, by what became of them.',
      'outcome',
    ),
    breakerTrips: counter(
      'breaker_trips_total',
      'Halts that the platform made by itself, by kind of scope.',
      'scope',
    ),
  };
}
