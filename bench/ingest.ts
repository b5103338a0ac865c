import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openBenchDatabase } from './support/bench-database.ts';
import { BenchChild, type Usage } from './support/child.ts';
import { type BenchDevice, registerFleet } from './support/fleet.ts';
import { Generator, type Outcome } from './support/generator.ts';

const WARM_UP_SECONDS = 5;
/** The closed loop that shows what is left above the offered rate. */
const SATURATION_SECONDS = 10;

/** Where evaluation runs: in a process of its own as in docker-compose, in the broker's, or not at all. */
const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  beside: ['broker', 'rules'],
  inside: ['broker,rules'],
  none: ['broker'],
};

interface Measured extends Outcome {
  readonly saturatedPerSecond: number;
  /** CPU seconds per second, of the server's and of the generator's process. */
  readonly serverCpu: number;
  readonly generatorCpu: number;
  readonly rssMb: number;
  readonly acknowledged: number;
}

/** How far evaluation is behind when the measured load ends. */
interface Backlog {
  /** Age of the oldest announcement that waits. */
  readonly evaluationLagSeconds: number;
  readonly evaluationQueue: number;
}

/**
 * `npm run bench -- ingest`: durable readings per second over real connections, with evaluation beside it,
 * and the same load on bare aedes. Prints a table, and JSON with --report.
 */
export async function benchIngest(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      connections: { type: 'string', default: '5000' },
      rate: { type: 'string', default: '20000' },
      seconds: { type: 'string', default: '30' },
      rules: { type: 'string', default: 'beside' },
      report: { type: 'string' },
    },
  });
  const connections = Number(values.connections);
  const load = { rate: Number(values.rate), seconds: Number(values.seconds) };
  await using database = await openBenchDatabase();
  const devices = await registerFleet(database.pool, connections, Date.now());
  const rolesOf = LAYOUTS[values.rules];
  if (rolesOf === undefined) throw new Error(`--rules is one of ${Object.keys(LAYOUTS).join(', ')}`);
  const env = { DATABASE_URL: database.url, MQTT_MESSAGES_PER_SECOND: '1000000' };
  const children = rolesOf.map((roles) => ({
    script: 'platform-child.ts',
    env: { ...env, NEVEROUT_ROLES: roles },
  }));
  let backlog: Backlog | null = null;
  const platform = await measure(children, devices, load, async () => {
    backlog = await readBacklog(database.pool);
  });
  const stored = await countRows(database.pool, 'reading');
  const bare = await measure([{ script: 'bare-aedes-child.ts', env: {} }], devices, load, () =>
    Promise.resolve(),
  );
  const report = {
    connections,
    ...load,
    cores: cpus().length,
    ...rounded(platform),
    stored,
    storedEqualsAcknowledged: stored === platform.acknowledged,
    rules: values.rules,
    ...(backlog ?? {}),
    bareAedesPerSecond: round(bare.acknowledgedPerSecond),
    ratioToBareAedes: round(platform.acknowledgedPerSecond / bare.acknowledgedPerSecond),
    bareAedes: rounded(bare),
    saturatedRatioToBareAedes: round(platform.saturatedPerSecond / bare.saturatedPerSecond),
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (values.report !== undefined) await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`);
  if (!report.storedEqualsAcknowledged) process.exitCode = 1;
}

type Pool = Awaited<ReturnType<typeof openBenchDatabase>>['pool'];

async function countRows(pool: Pool, table: 'reading' | 'evaluation_queue'): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0]?.n ?? 0;
}

async function readBacklog(pool: Pool): Promise<Backlog> {
  const { rows } = await pool.query<{ age: number }>(
    'SELECT extract(epoch FROM now() - min(enqueued_at))::float8 AS age FROM evaluation_queue',
  );
  return {
    evaluationLagSeconds: round(rows[0]?.age ?? 0),
    evaluationQueue: await countRows(pool, 'evaluation_queue'),
  };
}

interface ChildPlan {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The first child is the one that devices connect to. */
async function measure(
  plans: readonly ChildPlan[],
  devices: readonly BenchDevice[],
  load: { readonly rate: number; readonly seconds: number },
  onEnd: () => Promise<void>,
): Promise<Measured> {
  await using stack = new AsyncDisposableStack();
  const children: BenchChild[] = [];
  for (const { script, env } of plans) children.push(stack.use(await BenchChild.start(script, env)));
  const generator = new Generator();
  await generator.open(children[0]?.ready.ports['mqtt'] ?? 0, devices, load.rate);
  await generator.run({ ...load, seconds: WARM_UP_SECONDS });
  const watch = await Watch.start(children);
  const outcome = await generator.run(load);
  const used = await watch.stop();
  await onEnd();
  const saturated = await generator.run({ rate: 0, seconds: SATURATION_SECONDS });
  generator.close();
  return {
    ...outcome,
    ...used,
    saturatedPerSecond: saturated.acknowledgedPerSecond,
    acknowledged: generator.acknowledged,
  };
}

/** CPU and memory of a measured stretch; CPU of all processes of the platform together. */
class Watch {
  readonly #children: readonly BenchChild[];
  readonly #before: readonly Usage[];
  readonly #startedAt = performance.now();
  readonly #generatorBefore = process.cpuUsage();

  private constructor(children: readonly BenchChild[], before: readonly Usage[]) {
    this.#children = children;
    this.#before = before;
  }

  static async start(children: readonly BenchChild[]): Promise<Watch> {
    return new Watch(children, await Promise.all(children.map((child) => child.usage())));
  }

  async stop() {
    const after = await Promise.all(this.#children.map((child) => child.usage()));
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const { user, system } = process.cpuUsage(this.#generatorBefore);
    const cpuOf = (usages: readonly Usage[]) => usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    return {
      serverCpu: (cpuOf(after) - cpuOf(this.#before)) / seconds,
      generatorCpu: (user + system) / 1e6 / seconds,
      rssMb: after[0]?.rssMb ?? 0,
    };
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const rounded = (measured: Measured) =>
  Object.fromEntries(
    Object.entries(measured).map(([key, value]) => [key, typeof value === 'number' ? round(value) : value]),
  ) as unknown as Measured;
