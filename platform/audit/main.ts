#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { ConfigError, parseConfig } from '../config.ts';
import { reachDatabase } from '../reach-database.ts';
import { StartError } from '../start-error.ts';
import { type Anchor, verifyChain } from './verify.ts';

const USAGE = `Usage: npm run audit -- verify [--noted SEQ:HASH]

Walks the audit log and names the first entry that was altered, or is missing. Prints the last entry as
SEQ:HASH: note it elsewhere and give it next time, then not even a log that was rewritten as a whole passes.
Exit code: 0 whole, 1 not whole, 2 it could not be read.`;

const NOTED = /^(\d+):([0-9a-f]{64})$/;

function readArguments(): Anchor | null {
  const { values, positionals } = parseArgs({
    options: { noted: { type: 'string' } },
    allowPositionals: true,
  });
  const [, seq, hash] = NOTED.exec(values.noted ?? '') ?? [];
  const isBad = values.noted !== undefined && hash === undefined;
  if (positionals.join(' ') !== 'verify' || isBad) throw new StartError(USAGE);
  return hash === undefined ? null : { seq: Number(seq), hash };
}

async function main(): Promise<number> {
  const anchor = readArguments();
  const { database, close } = await reachDatabase(parseConfig(process.env));
  try {
    const verdict = await verifyChain(database.pool, anchor);
    process.stdout.write(
      verdict.whole
        ? `The audit log is whole. Last entry:\n${verdict.entries}:${verdict.head}\n`
        : `The audit log is not whole: entry ${verdict.seq} ${verdict.fault}.\n`,
    );
    return verdict.whole ? 0 : 1;
  } finally {
    await close();
  }
}

main().then(
  // At once: idle connections would keep the process for seconds.
  (code) => process.exit(code),
  (error: unknown) => {
    const isKnown = error instanceof StartError || error instanceof ConfigError;
    const text =
      error instanceof Error ? (isKnown ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${text}\n`);
    process.exit(2);
  },
);
