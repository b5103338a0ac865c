#!/usr/bin/env node
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { platformSpendOf } from './chaos-spend.ts';
import { OptionError, parseOptions, USAGE } from './device-sim/chaos/options.ts';
import { renderChaos } from './device-sim/chaos/report.ts';
import { runChaos } from './device-sim/chaos/run-chaos.ts';
import { settingsOf } from './device-sim/chaos/settings.ts';

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), randomInt(1_000_000));
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { minutes, seed, report: file } = options;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`Seed ${seed}.`);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const deps = { say, spendOf: platformSpendOf, stop: interrupt.signal };
  const report = await runChaos(settingsOf(minutes, seed), deps);
  say(`\n${renderChaos(report)}`);
  if (file !== null) await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return report.balanced ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof OptionError;
    process.stderr.write(
      `${known ? `${error.message}\n\n${USAGE}` : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(2);
  },
);
