import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPins } from '../../bridge/ipp/pins.ts';
import { readPrinterByIpp } from '../../bridge/ipp/read-printer.ts';
import { telemetryConsumables } from '../../contracts/printer/telemetry.ts';
import { colourLaserPrinter } from '../../device-sim/printers/emulated-printer.ts';
import { startIppPrinter } from '../../device-sim/printers/ipp-printer.ts';
import { type Certificate, type Certificates, makeCertificates } from '../support/certificates.ts';
import { temporaryFolder, testConfig } from './support/config.ts';

const HOST = '127.0.0.1';

let certificates: Certificates;
let firstCertificate: Certificate;
let secondCertificate: Certificate;
beforeAll(async () => {
  certificates = await makeCertificates();
  firstCertificate = await certificates.makeSelfSigned('printer');
  secondCertificate = await certificates.makeSelfSigned('printer');
});
afterAll(async () => {
  await certificates[Symbol.asyncDispose]();
});

function usedPrinter() {
  const printer = colourLaserPrinter('SN-0002');
  printer.pages = 77;
  const [black] = printer.supplies;
  if (black !== undefined) black.level = 0.4;
  return printer;
}

async function read(folder: string, port: number, ipp: Record<string, unknown> = {}) {
  const pins = openPins(join(folder, 'certificates.json'));
  return await readPrinterByIpp(
    { address: HOST, port },
    testConfig(folder, { ipp: { timeoutMs: 3000, ...ipp } }).ipp,
    pins,
  );
}

test('levels, identity and pages by plain HTTP', async () => {
  await using folder = await temporaryFolder();
  const printer = await startIppPrinter(usedPrinter(), { host: HOST, port: 0 });
  try {
    const result = await read(folder.path, printer.port);
    if (!result.ok) throw new Error(result.detail);
    expect(result.endpoint).toMatchObject({ secure: false, path: '/ipp/print' });
    const { identity, counters } = result.observation;
    expect(identity).toMatchObject({ manufacturer: 'Acme', model: 'ColorJet 400', serial: 'SN-0002' });
    expect(counters.pages).toBe(77);
    expect(telemetryConsumables(result.observation)).toMatchObject({
      black: { level: 0.4 },
      cyan: { level: 1 },
    });
  } finally {
    await printer.close();
  }
});

test('another path is tried when the printer is not at the first', async () => {
  await using folder = await temporaryFolder();
  const printer = await startIppPrinter(usedPrinter(), { host: HOST, port: 0 });
  try {
    const result = await read(folder.path, printer.port, {
      paths: ['/printers/one', '/ipp/print'],
      tls: 'never',
    });
    expect(result).toMatchObject({ ok: true, endpoint: { path: '/ipp/print' } });
  } finally {
    await printer.close();
  }
});

test('a self-signed certificate is trusted on first use, and again', async () => {
  await using folder = await temporaryFolder();
  const printer = await startIppPrinter(usedPrinter(), { host: HOST, port: 0, tls: firstCertificate });
  try {
    for (let i = 0; i < 2; i++) {
      expect(await read(folder.path, printer.port)).toMatchObject({ ok: true, endpoint: { secure: true } });
    }
  } finally {
    await printer.close();
  }
});

test('another certificate at the same place is refused until the old one is forgotten', async () => {
  await using folder = await temporaryFolder();
  const first = await startIppPrinter(usedPrinter(), { host: HOST, port: 0, tls: firstCertificate });
  const { port } = first;
  expect(await read(folder.path, port)).toMatchObject({ ok: true });
  await first.close();
  const second = await startIppPrinter(usedPrinter(), { host: HOST, port, tls: secondCertificate });
  try {
    const refused = await read(folder.path, port);
    expect(refused).toMatchObject({ ok: false, code: 'certificate-changed' });
    if (!refused.ok) expect(refused.detail).toContain('bridge forget-certificate SN-0002');
    expect(openPins(join(folder.path, 'certificates.json')).forget(`${HOST}:${port}`)).toHaveLength(1);
    expect(await read(folder.path, port)).toMatchObject({ ok: true });
  } finally {
    await second.close();
  }
});

test('once pinned, plain HTTP at the same place is not taken instead', async () => {
  await using folder = await temporaryFolder();
  const secure = await startIppPrinter(usedPrinter(), { host: HOST, port: 0, tls: firstCertificate });
  const { port } = secure;
  expect(await read(folder.path, port)).toMatchObject({ ok: true });
  await secure.close();
  const plain = await startIppPrinter(usedPrinter(), { host: HOST, port });
  try {
    expect(await read(folder.path, port)).toMatchObject({ ok: false });
    await using fresh = await temporaryFolder();
    expect(await read(fresh.path, port)).toMatchObject({ ok: true });
  } finally {
    await plain.close();
  }
});

test('nobody there is said so', async () => {
  await using folder = await temporaryFolder();
  expect(await read(folder.path, 9)).toMatchObject({ ok: false, code: 'unreachable' });
});

/** The printer `serial` answers at `port`, by TLS when it has a certificate. */
async function answerAs(serial: string, port: number, tls?: Certificate) {
  const printer = { ...usedPrinter(), serial };
  return await startIppPrinter(printer, { host: HOST, port, ...(tls === undefined ? {} : { tls }) });
}

test('a pin is the printer’s: it moves with it, and leaves its old address to others', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'certificates.json');
  const first = await answerAs('SN-A1', 0, firstCertificate);
  expect(await read(folder.path, first.port)).toMatchObject({ ok: true });
  await first.close();
  // The network gives its address to another printer, and it a new one.
  const other = await answerAs('SN-B1', first.port, secondCertificate);
  const moved = await answerAs('SN-A1', 0, firstCertificate);
  expect(await read(folder.path, other.port)).toMatchObject({ ok: true });
  expect(await read(folder.path, moved.port)).toMatchObject({ ok: true });
  expect(
    openPins(file)
      .all.map(({ place, identity }) => [identity.serial, place])
      .toSorted(),
  ).toEqual([
    ['SN-A1', `${HOST}:${moved.port}`],
    ['SN-B1', `${HOST}:${other.port}`],
  ]);
  await moved.close();
  await other.close();
  // Whoever says it is the first one, anywhere, must show its certificate.
  for (const tls of [secondCertificate, undefined]) {
    const impostor = await answerAs('SN-A1', 0, tls);
    const refused = await read(folder.path, impostor.port);
    expect(refused).toMatchObject({ ok: false, code: 'certificate-changed' });
    if (!refused.ok) expect(refused.detail).toContain('bridge forget-certificate SN-A1');
    await impostor.close();
  }
  expect(openPins(file).forget('sn-a1')).toHaveLength(1);
  const reset = await answerAs('SN-A1', 0, secondCertificate);
  expect(await read(folder.path, reset.port)).toMatchObject({ ok: true });
  await reset.close();
});

test('one that names nobody is judged by what is pinned at its place', async () => {
  await using folder = await temporaryFolder();
  const known = await answerAs('SN-A1', 0, firstCertificate);
  const { port } = known;
  expect(await read(folder.path, port)).toMatchObject({ ok: true });
  await known.close();
  const nobody = await answerAs('', port, secondCertificate);
  expect(await read(folder.path, port)).toMatchObject({ ok: false, code: 'certificate-changed' });
  await nobody.close();
  const elsewhere = await answerAs('', 0, secondCertificate);
  expect(await read(folder.path, elsewhere.port)).toMatchObject({ ok: true });
  await elsewhere.close();
});

test('pins of earlier versions, by place alone, still hold and learn whose they are', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'certificates.json');
  const printer = await answerAs('SN-A1', 0, firstCertificate);
  await read(folder.path, printer.port);
  const place = `${HOST}:${printer.port}`;
  const [pin] = openPins(file).all;
  writeFileSync(file, JSON.stringify({ [place]: pin?.fingerprint }));
  expect(await read(folder.path, printer.port)).toMatchObject({ ok: true });
  expect(openPins(file).all).toEqual([pin]);
  writeFileSync(file, JSON.stringify({ [place]: pin?.fingerprint.replaceAll(/\w/gu, '0') }));
  expect(await read(folder.path, printer.port)).toMatchObject({ ok: false, code: 'certificate-changed' });
  await printer.close();
});
