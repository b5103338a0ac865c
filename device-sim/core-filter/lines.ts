import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A longer line is cut off and answered as one bad line: no request is so long. */
export const LONGEST_LINE = 1_000_000;

/**
 * Answers every line of `input` on `output`, in order: answers of one chunk are written at once, and
 * reading waits while the output is full. A last line without a line break counts.
 */
export async function answerLines(
  input: Readable,
  output: Writable,
  answer: (line: string) => object | null,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let overlong = false;
  const answerTo = (line: string): string => {
    const object = answer(line);
    return object === null ? '' : `${JSON.stringify(object)}\n`;
  };
  for await (const chunk of input) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    let text = '';
    for (const line of lines) {
      if (!overlong) text += answerTo(line.slice(0, LONGEST_LINE));
      overlong = false;
    }
    if (rest.length > LONGEST_LINE) {
      if (!overlong) text += answerTo(rest.slice(0, LONGEST_LINE));
      overlong = true;
      rest = '';
    }
    await write(output, text);
  }
  const last = rest + decoder.end();
  if (last !== '' && !overlong) await write(output, answerTo(last));
}

async function write(output: Writable, text: string): Promise<void> {
  if (text === '' || output.write(text)) return;
  await new Promise<void>((resolve) => {
    output.once('drain', resolve);
    output.once('close', resolve);
  });
}
