import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openPins } from '../../bridge/ipp/pins.ts';
import { readPrinterByIpp } from '../../bridge/ipp/read-printer.ts';
import { encodeIpp, ippInteger, ippName } from '../../contracts/printer/ipp-encode.ts';
import { temporaryFolder, testConfig } from './support/config.ts';

/** A server that lets a test write the answer to each request. */
async function serve(answer: (response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => answer(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

async function read(port: number, timeoutMs = 2000) {
  await using folder = await temporaryFolder();
  const pins = openPins(join(folder.path, 'certificates.json'));
  const { ipp } = testConfig(folder.path, { ipp: { timeoutMs, tls: 'never', paths: ['/ipp/print'] } });
  return await readPrinterByIpp({ address: '127.0.0.1', port }, ipp, pins);
}

const good = encodeIpp({
  version: [2, 0],
  code: 0,
  requestId: 1,
  groups: [{ tag: 4, attributes: { 'marker-names': [ippName('Black')], 'marker-levels': [ippInteger(40)] } }],
});

const answered = async (bytes: Uint8Array) => {
  await using server = await serve((response) => response.writeHead(200).end(bytes));
  return await read(server.port);
};

test('a whole answer is read: the control of the tests below', async () => {
  expect(await answered(good)).toMatchObject({ ok: true });
});

test('an answer that drips in for ever ends with the time-out', async () => {
  const drips = new Set<NodeJS.Timeout>();
  await using server = await serve((response) => {
    response.writeHead(200);
    drips.add(setInterval(() => response.write(Buffer.from([0x44])), 20));
  });
  try {
    expect(await read(server.port, 300)).toMatchObject({ ok: false, code: 'out-of-time' });
  } finally {
    for (const drip of drips) clearInterval(drip);
  }
});

test('an answer without end is cut off by its size', async () => {
  await using server = await serve((response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(1 << 20);
    const push = (): void => {
      if (response.writable && response.write(chunk)) setImmediate(push);
      else response.once('drain', push);
    };
    push();
  });
  expect(await read(server.port, 10_000)).toMatchObject({ ok: false, code: 'too-large' });
});

test('an answer shorter than it says is refused', async () => {
  await using server = await serve((response) => {
    response.writeHead(200, { 'content-length': '100000' });
    response.write(good);
    response.destroy();
  });
  expect((await read(server.port)).ok).toBe(false);
});

test('a page, a redirect and an IPP error are told apart', async () => {
  await using page = await serve((response) => response.writeHead(200).end('<html>printer</html>'));
  expect(await read(page.port)).toMatchObject({ ok: false, code: expect.stringMatching(/^ipp-/u) });
  await using redirect = await serve((response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  );
  expect(await read(redirect.port)).toMatchObject({ ok: false, code: 'http-status' });
  const refused = encodeIpp({ version: [2, 0], code: 0x0403, requestId: 1, groups: [] });
  expect(await answered(refused)).toMatchObject({
    ok: false,
    code: 'ipp-refused',
    detail: expect.stringContaining('0x0403'),
  });
});

test('a printer that does not know IPP 2.0 is asked in 1.1', async () => {
  let asked = 0;
  const other = encodeIpp({ version: [1, 1], code: 0x0503, requestId: 1, groups: [] });
  await using server = await serve((response) => response.writeHead(200).end(asked++ === 0 ? other : good));
  expect(await read(server.port)).toMatchObject({ ok: true });
  expect(asked).toBe(2);
});

test('any change of octets, and any octets at all: a result, never an exception', async () => {
  let bytes: Uint8Array = good;
  await using server = await serve((response) => response.writeHead(200).end(bytes));
  const changed = fc
    .array(fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) }), { minLength: 1, maxLength: 5 })
    .map((changes) => {
      const copy = Uint8Array.from(good);
      for (const { at, to } of changes) copy[at] = to;
      return copy;
    });
  await fc.assert(
    fc.asyncProperty(fc.oneof(changed, fc.uint8Array({ maxLength: 400 })), async (answer) => {
      bytes = answer;
      const result = await read(server.port);
      if (!result.ok) expect(result.code).not.toBe('out-of-time');
    }),
    { numRuns: 60 },
  );
});
