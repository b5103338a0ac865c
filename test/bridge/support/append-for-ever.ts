import { MessageBuffer } from '../../../bridge/uplink/buffer.ts';

/** Appends until it is killed, and says of each message that it is on disk. */
const buffer = new MessageBuffer(process.argv[2] ?? '', { maxMessages: 1_000_000, maxBytes: 1 << 30 });
for (let seq = buffer.lastSeq + 1; ; seq++) {
  buffer.append({
    kind: 'telemetry',
    body: { v: 1, at: '2026-11-21T10:00:00Z', seq, consumables: { black: { level: 0.5 } } },
  });
  process.stdout.write(`${seq}\n`);
}
