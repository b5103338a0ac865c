import { describe, expect, test } from 'vitest';
import { cleanText, decodeText, isPlaceholder } from '../../../contracts/printer/text.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const utf8 = (text: string) => Uint8Array.from(Buffer.from(text, 'utf8'));

describe('text of octet strings', () => {
  test.each([
    ['UTF-8', hex('E9BB91E889B2E7A2B3E7B289'), '黑色碳粉'],
    ['UTF-8 cut in the middle of a character', hex('E9BB91E889'), '黑'],
    ['NUL padding', utf8('Black Toner\0\0\0'), 'Black Toner'],
    ['rubbish after NUL', utf8('Black\0xyz'), 'Black'],
    ['leading NUL', utf8('\0Black'), 'Black'],
    ['control characters', utf8(' Black\r\n\tToner \u0007'), 'Black Toner'],
    ['Latin-1', bytes(0x53, 0x63, 0x68, 0x77, 0xe4, 0x72, 0x7a, 0x65), 'Schwärze'],
    ['Shift-JIS', hex('837583898362834E83678369815B'), 'ブラックトナー'],
    ['UTF-16, little end first', Uint8Array.from(Buffer.from('Black', 'utf16le')), 'Black'],
    ['hexadecimal written out', utf8('42 6C 61 63 6B'), 'Black'],
    ['hexadecimal with 0x', utf8('0x426C61636B'), 'Black'],
    ['nothing', bytes(), ''],
  ])('%s', (_name, octets, expected) => {
    expect(decodeText(octets)).toBe(expected);
  });

  test('a declared character set is used where UTF-8 fails', () => {
    expect(decodeText(bytes(0xa1, 0x20, 0xcc), 2004)).toBe('À ä');
    expect(decodeText(bytes(0xc7, 0xd1), 8)).toBe('Чб');
  });

  test('a part number that looks like hexadecimal stays', () => {
    expect(decodeText(utf8('CE 41'))).toBe('CE 41');
    expect(decodeText(utf8('24B6035'))).toBe('24B6035');
  });

  test('text is bounded and never ends in half a character', () => {
    expect(cleanText('😀'.repeat(300)).length).toBeLessThanOrEqual(255);
    expect(cleanText('😀'.repeat(300)).isWellFormed()).toBe(true);
  });

  test.each(['', '<private>', 'N/A', 'serial_number', '0000000000', 'XXXXXXX'])('placeholder: %j', (text) => {
    expect(isPlaceholder(text)).toBe(true);
  });
  test.each(['VNB3J99999', '6509415X00', 'AAA0A00000'])('no placeholder: %j', (text) => {
    expect(isPlaceholder(text)).toBe(false);
  });
});
