import { parseArgs } from 'node:util';

/** What each benchmark measures; loaded only when asked for. */
const BENCHMARKS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  ingest: async (args) => (await import('./ingest.ts')).benchIngest(args),
  connections: async (args) => (await import('./connections.ts')).benchConnections(args),
  evaluate: async (args) => (await import('./evaluate.ts')).benchEvaluate(args),
};

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const name = positionals[0] ?? '';
const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (benchmark === undefined) {
  process.stderr.write(`Usage: npm run bench -- ${Object.keys(BENCHMARKS).join(' | ')} [options]\n`);
  process.exit(1);
}
await benchmark(process.argv.slice(process.argv.indexOf(name) + 1));
process.exit(0);
