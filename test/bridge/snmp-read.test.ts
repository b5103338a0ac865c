import snmp from 'net-snmp';
import { expect, test } from 'vitest';
import { readPrinter } from '../../bridge/snmp/read-printer.ts';
import { observePrinterMib } from '../../contracts/printer/printer-mib.ts';
import { telemetryConsumables } from '../../contracts/printer/telemetry.ts';
import { colourLaserPrinter } from '../../device-sim/printers/emulated-printer.ts';
import { startSnmpPrinter } from '../../device-sim/printers/snmp-printer.ts';
import { testConfig } from './support/config.ts';

const HOST = '127.0.0.1';
const CONSUMED = {
  black: { level: 0.5 },
  cyan: { level: 1 },
  magenta: { level: 0.25 },
  yellow: { level: 0.1 },
  waste: { level: 0.9 },
};

function usedPrinter() {
  const printer = colourLaserPrinter('SN-0001');
  printer.pages = 1250;
  for (const [i, level] of [0.5, 1, 0.25, 0.1, 0.9].entries()) {
    const supply = printer.supplies[i];
    if (supply !== undefined) supply.level = level;
  }
  return printer;
}

const read = (port: number, entries: Record<string, unknown>) => {
  const { snmp: config } = testConfig('/nowhere', { snmp: { timeoutMs: 1000, retries: 1, ...entries } });
  return readPrinter({ address: HOST, port, readOthers: true }, config);
};

async function consumablesBy(port: number, entries: Record<string, unknown>) {
  const result = await read(port, entries);
  if (!result.ok) throw new Error(result.detail);
  expect(result.reading.problems).toEqual([]);
  return telemetryConsumables(observePrinterMib(result.reading.varbinds));
}

const USER = {
  name: 'reader',
  level: snmp.SecurityLevel.authPriv,
  authProtocol: snmp.AuthProtocols.sha256,
  authKey: 'authentication key',
  privProtocol: snmp.PrivProtocols.aes,
  privKey: 'privacy key',
};
const configured = { name: 'reader', auth: 'sha256', authKey: 'authentication key', privacy: 'aes' };

test('the same levels by version 1, 2c and 3', async () => {
  const agent = await startSnmpPrinter(usedPrinter(), {
    host: HOST,
    port: 0,
    community: 'office',
    user: USER,
  });
  try {
    for (const version of ['1', '2c']) {
      expect(await consumablesBy(agent.port, { versions: [version], communities: ['office'] })).toEqual(
        CONSUMED,
      );
    }
    const users = [{ ...configured, privacyKey: 'privacy key' }];
    expect(await consumablesBy(agent.port, { versions: ['3'], users })).toEqual(CONSUMED);
  } finally {
    await agent.close();
  }
});

test('identity and page counter come along', async () => {
  const agent = await startSnmpPrinter(usedPrinter(), { host: HOST, port: 0, community: 'public' });
  try {
    const result = await read(agent.port, {});
    if (!result.ok) throw new Error(result.detail);
    const { identity, counters } = observePrinterMib(result.reading.varbinds);
    expect(identity).toMatchObject({ model: 'ColorJet 400', serial: 'SN-0001' });
    expect(counters.pages).toBe(1250);
    expect(result.reading).toMatchObject({ isPrinter: true, access: { version: '2c', community: 'public' } });
  } finally {
    await agent.close();
  }
});

test('a wrong key of version 3 is refused, not read', async () => {
  const agent = await startSnmpPrinter(usedPrinter(), {
    host: HOST,
    port: 0,
    community: 'office',
    user: USER,
  });
  try {
    const users = [{ ...configured, authKey: 'another auth key', privacyKey: 'privacy key' }];
    const result = await read(agent.port, { versions: ['3'], users, timeoutMs: 200, retries: 0 });
    expect(result.ok).toBe(false);
  } finally {
    await agent.close();
  }
});

test('the second community is tried when the first is not answered, and remembered', async () => {
  const agent = await startSnmpPrinter(usedPrinter(), { host: HOST, port: 0, community: 'office' });
  try {
    const result = await read(agent.port, {
      versions: ['2c'],
      communities: ['public', 'office'],
      timeoutMs: 200,
      retries: 0,
    });
    expect(result).toMatchObject({ ok: true, reading: { access: { community: 'office' } } });
  } finally {
    await agent.close();
  }
});

test('nobody there is silence, said so', async () => {
  const result = await read(9, { timeoutMs: 100, retries: 0 });
  expect(result).toMatchObject({ ok: false, code: 'silent' });
});
