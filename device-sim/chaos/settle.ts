import { setTimeout as wait } from 'node:timers/promises';
import { withdrawnConsentSchema } from '../../contracts/http/consents.ts';
import { DAY_MS, type OrderStatus } from '../../core/types.ts';
import type { Conductor } from './conductor.ts';
import type { Life } from './life.ts';
import type { ChaosStaff } from './staff.ts';
import type { Stage } from './stage.ts';
import { type Waiting, waitingAt } from './stuck.ts';

const POLL_MS = 100;
/** Real time for what is under way to come to its end on a busy machine. */
const QUIET_WITHIN_MS = 60_000;
/** Parcels take two business days; a week is past all of them. */
const JUMPS = 5;
const JUMP_MS = 1.5 * DAY_MS;

/**
 * The quiet after the storm: what was begun is finished, nothing new is begun (every consent is taken back), all
 * parcels arrive, and time stands still until nobody has anything left to do. Returns what still waits then.
 */
export async function settle(
  stage: Stage,
  life: Life,
  conductor: Conductor,
  staff: ChaosStaff,
  say: (line: string) => void,
): Promise<readonly Waiting[]> {
  const { workers, relay, front } = stage;
  life.resting = true;
  await until(async () => (await underWay(stage, ['placing'])) === 0);
  say('  All consents are withdrawn …');
  await withdrawAll(stage);
  say('  A week passes …');
  for (let i = 0; i < JUMPS; i += 1) {
    workers.advance(JUMP_MS);
    await until(async () => (await underWay(stage, ['placing'])) === 0 && relay.waiting === 0);
  }
  // What the customer agreed to one by one stays agreed: it is placed, when the staff have looked at it.
  await until(async () => {
    await staff.act();
    return (await underWay(stage, ['announced', 'placing'])) === 0;
  });
  await until(() => Promise.resolve(relay.waiting === 0));
  say('  Time stands still …');
  await front.settled();
  await life.stop();
  await conductor.stop();
  const now = workers.freeze();
  let waiting: readonly Waiting[] = [];
  await until(async () => {
    await relay.settled();
    waiting = await waitingAt(stage.postgres, now);
    return waiting.length === 0;
  });
  return waiting;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + QUIET_WITHIN_MS;
  while (performance.now() < deadline) {
    if (await isDone()) return;
    await wait(POLL_MS);
  }
}

async function underWay({ postgres }: Stage, statuses: readonly OrderStatus[]): Promise<number> {
  const [row] = await postgres.rows<{ n: number }>(
    'SELECT count(*)::int AS n FROM "order" WHERE status::text = ANY ($1::text[])',
    [statuses],
  );
  return row?.n ?? 0;
}

/** Also those whose answer got lost in the storm: by what the database says. */
async function withdrawAll({ api, postgres }: Stage): Promise<void> {
  const rows = await postgres.rows<{ id: string }>(
    `SELECT k.id FROM consent k WHERE k.purpose = 'automatic-order'
       AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)`,
  );
  for (const { id } of rows) {
    await until(() =>
      api.post(`/v1/consents/${id}/withdraw`, {}, withdrawnConsentSchema).then(
        () => true,
        () => false,
      ),
    );
  }
}
