import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { telemetrySchema } from '../../contracts/mqtt.ts';

const FOLDER = fileURLToPath(new URL('../../examples/micropython', import.meta.url));

/** A client with umqtt's interface, whose broker goes away once; what reaches it is printed. */
const SCRIPT = `
import sys
sys.path.insert(0, sys.argv[1])
from neverout import Device, deliver

class Client:
    failures = 2
    def __init__(self, client_id, host, port, user, password, keepalive):
        print(repr(["client", client_id == user]))
    def set_last_will(self, topic, msg, retain, qos): print(repr(["will", topic.decode(), msg.decode()]))
    def set_callback(self, callback): self.callback = callback
    def connect(self): print(repr(["connect"]))
    def subscribe(self, topic, qos): print(repr(["subscribe", topic.decode()]))
    def publish(self, topic, msg, retain=False, qos=0):
        if b"telemetry" in topic and Client.failures:
            Client.failures -= 1
            raise OSError("connection lost")
        print(repr([topic.decode(), msg.decode()]))

naps = []
device = Device(Client, "d1", "secret", "host")
waiting = [(1795298000 + i, 100 + i, {"black": {"level": 0.5}}) for i in range(3)]
deliver(device, waiting, lambda: 0.5, now=lambda: 1795298301, sleep=naps.append)
print(repr(["naps", str(naps)]))
`;

test('the MicroPython device: whole messages, in order, again after failures, late ones historical', (context) => {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-c', SCRIPT, FOLDER], {
    encoding: 'utf8',
  });
  if (error !== undefined) {
    context.skip(`SKIPPED: there is no python3 here (${error.message})`);
    return;
  }
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) =>
      line
        .slice(2, -1)
        .split(/', '/u)
        .map((part) => part.replace(/'$/u, '')),
    );
  const telemetry = lines.flatMap(([topic, payload]) =>
    topic === 'neverout/v1/d1/telemetry' ? [telemetrySchema.parse(JSON.parse(payload ?? ''))] : [],
  );
  expect(telemetry.map(({ seq, historical }) => [seq, historical ?? false])).toEqual([
    [100, true],
    [101, false],
    [102, false],
  ]);
  expect(lines.filter(([what]) => what === 'connect')).toHaveLength(3);
  expect(lines).toContainEqual(['will', 'neverout/v1/d1/state', 'offline']);
  expect(lines).toContainEqual(['subscribe', 'neverout/v1/d1/command']);
  expect(lines).toContainEqual(['naps', '[1.0, 2.0]']);
});
