import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { deviceEventSchema, telemetrySchema } from '../../contracts/mqtt.ts';
import { syncFolder } from '../files.ts';

/**
 * What one printer still has to say, on disk: one JSON object a line, appended and synced before it counts.
 * A delivered message is struck out by a line of its own, which is not synced: losing it only means
 * delivering twice, and the platform keeps a reading once by its time and sequence. A crash in the middle
 * of a line leaves a tail without its end, which is cut off when the file is opened again.
 */

const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('telemetry'), body: telemetrySchema }),
  z.object({ kind: z.literal('event'), body: deviceEventSchema }),
]);
export type BufferedMessage = z.infer<typeof messageSchema>;
const lineSchema = z.union([messageSchema, z.object({ done: z.number().int() })]);

export interface BufferLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

export class MessageBuffer {
  readonly #file: string;
  readonly #limits: BufferLimits;
  #handle: number;
  #messages: BufferedMessage[] = [];
  /** Of the messages that wait, in octets as they stand in the file. */
  #sizes: number[] = [];
  #waitingBytes = 0;
  /** Octets of the file that are struck out or strike out. */
  #wasteBytes = 0;
  #fileBytes = 0;
  #thinnedOut = 0;
  #damaged = 0;

  constructor(file: string, limits: BufferLimits) {
    this.#file = file;
    this.#limits = limits;
    mkdirSync(dirname(file), { recursive: true });
    this.#handle = openSync(file, 'a+', 0o600);
    syncFolder(dirname(file));
    this.#load();
  }

  get size(): number {
    return this.#messages.length;
  }

  /** Messages given up because the buffer was full, and lines that could not be read, since it was opened. */
  get lost(): { readonly thinnedOut: number; readonly damaged: number } {
    return { thinnedOut: this.#thinnedOut, damaged: this.#damaged };
  }

  /** The largest sequence number that waits, or -1. */
  get lastSeq(): number {
    return this.#messages.reduce((last, { body }) => Math.max(last, body.seq), -1);
  }

  first(): BufferedMessage | undefined {
    return this.#messages[0];
  }

  /** On disk when this returns. A full buffer loses every second message of its older half first. */
  append(message: BufferedMessage): void {
    const line = `${JSON.stringify(message)}\n`;
    this.#write(line);
    fsyncSync(this.#handle);
    this.#push(message, Buffer.byteLength(line));
    if (this.#messages.length > this.#limits.maxMessages || this.#waitingBytes > this.#limits.maxBytes)
      this.#thinOut();
  }

  /** Strikes out the oldest message. */
  shift(): void {
    const message = this.#messages.shift();
    const size = this.#sizes.shift() ?? 0;
    if (message === undefined) return;
    this.#waitingBytes -= size;
    if (this.#messages.length === 0) {
      this.#empty();
      return;
    }
    const line = `${JSON.stringify({ done: message.body.seq })}\n`;
    this.#write(line);
    this.#wasteBytes += size + Buffer.byteLength(line);
    if (this.#wasteBytes > this.#limits.maxBytes) this.#rewrite(this.#messages);
  }

  close(): void {
    closeSync(this.#handle);
  }

  /** Whole or not at all: half a line on a full disk would swallow the next one. */
  #write(line: string): void {
    try {
      writeFileSync(this.#handle, line);
    } catch (error) {
      ftruncateSync(this.#handle, this.#fileBytes);
      throw error;
    }
    this.#fileBytes += Buffer.byteLength(line);
  }

  #push(message: BufferedMessage, size: number): void {
    this.#messages.push(message);
    this.#sizes.push(size);
    this.#waitingBytes += size;
  }

  #empty(): void {
    ftruncateSync(this.#handle, 0);
    this.#fileBytes = 0;
    this.#wasteBytes = 0;
  }

  /** The span stays, its far end gets coarser: for a forecast that is worth more than a sharp, short end. */
  #thinOut(): void {
    const half = Math.floor(this.#messages.length / 2);
    const kept = this.#messages.filter((_, i) => i >= half || i % 2 === 0);
    const thinnedOut = this.#messages.length - kept.length;
    this.#rewrite(kept);
    this.#thinnedOut += thinnedOut;
  }

  /** Makes these the messages that wait. One that fails changes nothing. */
  #rewrite(messages: BufferedMessage[]): void {
    const lines = messages.map((message) => `${JSON.stringify(message)}\n`);
    const draft = `${this.#file}.new`;
    const handle = openSync(draft, 'w', 0o600);
    try {
      writeFileSync(handle, lines.join(''));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, this.#file);
    syncFolder(dirname(this.#file));
    closeSync(this.#handle);
    this.#handle = openSync(this.#file, 'a+', 0o600);
    this.#messages = messages;
    this.#sizes = lines.map((line) => Buffer.byteLength(line));
    this.#waitingBytes = this.#sizes.reduce((sum, size) => sum + size, 0);
    this.#fileBytes = this.#waitingBytes;
    this.#wasteBytes = 0;
  }

  #load(): void {
    const bytes = readFileSync(this.#file);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) {
      // Otherwise the next line would be glued to the half one.
      ftruncateSync(this.#handle, end);
      this.#damaged++;
    }
    for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) {
      if (line !== '') this.#loadLine(line);
    }
    this.#fileBytes = end;
    this.#wasteBytes = end - this.#waitingBytes;
    if (this.#messages.length === 0 && end > 0) this.#empty();
    removeDraft(`${this.#file}.new`);
  }

  #loadLine(line: string): void {
    const parsed = parseLine(line);
    if (parsed === null) this.#damaged++;
    else if ('kind' in parsed) this.#push(parsed, Buffer.byteLength(line) + 1);
    else if (this.#messages[0]?.body.seq === parsed.done) {
      this.#messages.shift();
      this.#waitingBytes -= this.#sizes.shift() ?? 0;
    }
  }
}

function parseLine(line: string): z.infer<typeof lineSchema> | null {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function removeDraft(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // There is none, as a rule.
  }
}
