import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BacktestArguments, parseArguments, USAGE } from './arguments.ts';
import { writeIntoDocument } from './document.ts';
import { costFrontier, pitHistogram } from './plots.ts';
import { headlineForecast, renderWorldReport, type WorldReport } from './report.ts';
import { runWorld } from './run.ts';
import { renderSeriesReport, scoreSeriesFile } from './series/report-series.ts';
import { summarise } from './summary.ts';
import { trainPopulations } from './train.ts';
import { storePopulations } from './trained-populations.ts';
import { tuneRules } from './tune.ts';
import { worldNamed } from './world-parameters.ts';

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Progress on standard error: a line for every tenth of the work. */
function progress(what: string): (done: number, total: number) => void {
  const started = performance.now();
  let tenths = 0;
  return (done, total) => {
    const reached = Math.floor((10 * done) / total);
    if (reached === tenths) return;
    tenths = reached;
    say(`${what}: ${done} of ${total} (${Math.round((performance.now() - started) / 1000)} s)`);
  };
}

function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  say(`wrote ${file}`);
}

async function reportWorld(args: BacktestArguments): Promise<WorldReport> {
  const { world, seeds, devices } = args;
  const parameters = worldNamed(world);
  const started = performance.now();
  const tallies = await runWorld({
    world,
    seeds,
    devices,
    policies: args.policies,
    onProgress: progress('devices'),
  });
  const policies = summarise(tallies, args.policies);
  return {
    kind: 'world',
    world,
    seeds,
    devicesPerSeed: devices,
    horizonDays: parameters.horizonDays,
    coldStartDays: parameters.coldStartDays,
    seconds: Math.round((performance.now() - started) / 1000),
    policies,
    forecast: headlineForecast(policies),
  };
}

function writePlots(report: WorldReport, directory: string): void {
  const world = report.world;
  writeText(
    join(directory, `frontier-${world}.svg`),
    costFrontier(`Cost and shelf days, world "${world}"`, report.policies),
  );
  for (const { name, forecast } of report.policies) {
    if (forecast === null) continue;
    writeText(
      join(directory, `pit-${name}-${world}.svg`),
      pitHistogram(`PIT of ${name}, world "${world}"`, forecast.pit),
    );
  }
}

/** The file, or the CSV files of a folder. */
function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => join(path, name));
}

/** Prints a report, and puts it into a document if one is named. */
function publish(args: BacktestArguments, block: string, text: string): void {
  process.stdout.write(`${text}\n`);
  if (args.into !== null) writeIntoDocument(args.into, block, text);
}

function reportSeries(args: BacktestArguments): void {
  const reports = args.series
    .flatMap(filesOf)
    .map((file) => scoreSeriesFile(file, args.capacity, progress(file)));
  publish(args, 'series', reports.map(renderSeriesReport).join('\n\n'));
  if (args.report === null) return;
  const [only] = reports;
  const content = reports.length === 1 ? only : { kind: 'series-collection', reports };
  writeText(args.report, `${JSON.stringify(content, null, 1)}\n`);
}

async function main(argv: readonly string[]): Promise<void> {
  const args = parseArguments(argv);
  if (args.mode === 'tune') {
    process.stdout.write(`${tuneRules(progress)}\n`);
    return;
  }
  if (args.mode === 'train') {
    storePopulations(trainPopulations(progress));
    return;
  }
  if (args.mode === 'series') {
    reportSeries(args);
    return;
  }
  const report = await reportWorld(args);
  publish(args, report.world, renderWorldReport(report));
  const plots = args.plots ?? (args.quick || args.report === null ? null : 'docs/plots');
  if (plots !== null) writePlots(report, plots);
  if (args.report !== null) writeText(args.report, `${JSON.stringify(report, null, 1)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof RangeError || (error instanceof TypeError && 'code' in error)) say(USAGE);
  process.exitCode = 1;
}
