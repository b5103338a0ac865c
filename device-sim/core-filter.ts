import { CoreFilter } from './core-filter/filter.ts';
import { answerLines } from './core-filter/lines.ts';

const USAGE = `npm run --silent core -- --jsonl
Reads one JSON request a line on standard input and writes one JSON answer a line (docs/core-filter.md).
`;

/** The reader went away: nothing is left to be said. */
process.stdout.on('error', () => process.exit(0));

if (process.argv.includes('--jsonl')) {
  const filter = new CoreFilter();
  await answerLines(process.stdin, process.stdout, (line) => filter.answer(line));
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
