import { readFileSync, writeFileSync } from 'node:fs';

const open = (block: string): string => `<!-- backtest:${block} -->`;
const CLOSE = '<!-- /backtest -->';

/** The text with what stands between the markers of `block` replaced by `content`, as preformatted text. */
export function replaceBlock(text: string, block: string, content: string): string {
  const from = text.indexOf(open(block));
  const to = text.indexOf(CLOSE, from);
  if (from < 0 || to < 0) throw new RangeError(`no block ${open(block)} … ${CLOSE} in the document`);
  return `${text.slice(0, from + open(block).length)}\n\n\`\`\`text\n${content}\n\`\`\`\n\n${text.slice(to)}`;
}

/** Puts a report where a document has room for it: its tables are those of the command that wrote them. */
export function writeIntoDocument(file: string, block: string, content: string): void {
  writeFileSync(file, replaceBlock(readFileSync(file, 'utf8'), block, content));
}
