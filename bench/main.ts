import { parseArgs } from 'node:util';

interface Benchmark {
  /** One line: options with their defaults, and what it measures. */
  readonly usage: string;
  readonly run: (args: string[]) => Promise<void>;
}

/** Loaded only when asked for. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  ingest: {
    usage:
      '[--connections 5000] [--rate 20000] [--seconds 30] [--rules beside|inside|none] [--report FILE]   durable readings a second, beside bare aedes',
    run: async (args) => (await import('./ingest.ts')).benchIngest(args),
  },
  connections: {
    usage:
      '[--connections 10000] [--report FILE]   idle devices: memory, and time until all are back, plain and TLS',
    run: async (args) => (await import('./connections.ts')).benchConnections(args),
  },
  engine: {
    usage:
      '[--devices 60] [--rounds 5] [--report FILE]   readings folded and decisions made a second of one core',
    run: async (args) => (await import('./engine.ts')).benchEngine(args),
  },
  evaluate: {
    usage:
      '[--consumables 20000] [--rounds 3] [--workers 2] [--report FILE]   consumables evaluated a second, through the database and in core',
    run: async (args) => (await import('./evaluate.ts')).benchEvaluate(args),
  },
};

function usage(): string {
  const lines = Object.entries(BENCHMARKS).map(([name, { usage }]) => `  npm run bench -- ${name} ${usage}`);
  return `Usage:\n${lines.join('\n')}\n`;
}

/** Exit code: 0 measured or helped, 1 not understood. */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, strict: false });
  const name = positionals[0] ?? '';
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (benchmark === undefined || values['help'] === true) {
    (values['help'] === true ? process.stdout : process.stderr).write(usage());
    return values['help'] === true ? 0 : 1;
  }
  try {
    await benchmark.run(process.argv.slice(process.argv.indexOf(name) + 1));
    return 0;
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')))
      throw error;
    process.stderr.write(`${error.message}\n${usage()}`);
    return 1;
  }
}

process.exit(await main());
