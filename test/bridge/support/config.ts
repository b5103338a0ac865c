import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BridgeConfig, parseBridgeConfig } from '../../../bridge/config.ts';

/** A configuration with short time-outs, in a folder of its own; `entries` replace top-level parts. */
export function testConfig(folder: string, entries: Record<string, unknown>): BridgeConfig {
  const whole = {
    broker: { url: 'mqtt://127.0.0.1:9' },
    discover: { hosts: ['127.0.0.1'] },
    snmp: { timeoutMs: 500, retries: 0 },
    ipp: { timeoutMs: 2000 },
    ...entries,
  };
  return parseBridgeConfig(JSON.stringify(whole), 'bridge.json', folder);
}

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'bridge-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
