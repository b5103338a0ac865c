import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandCalendar, type FeedRule, UnreadableCalendar } from '../../contracts/ical/expand.ts';
import { addDays } from '../../core/calendar.ts';
import { expandApart } from '../../platform/calendar/expand.ts';
import { isPublicAddress } from '../../platform/outside/public-address.ts';

const VACATION: FeedRule = { kind: 'keyword', keyword: 'Vacation' };
const BUSY: FeedRule = { kind: 'all-day-busy' };
const WINDOW = { timeZone: 'Europe/Berlin', from: '2026-01-01', to: '2027-06-30' };

const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]): string =>
  ['BEGIN:VEVENT', 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT'].join('\r\n');
const datesOf = (text: string, rule: FeedRule = VACATION, timeZone = WINDOW.timeZone) =>
  expandCalendar({ ...WINDOW, timeZone, text, rule }).map(({ from, to }) => `${from}/${to}`);
const one = (...lines: string[]) => calendar(event('UID:1', 'SUMMARY:Vacation', ...lines));

const NEW_YORK = [
  'BEGIN:VTIMEZONE',
  'TZID:Somewhere/Odd',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:-0500',
  'TZOFFSETTO:-0500',
  'END:STANDARD',
  'END:VTIMEZONE',
].join('\r\n');

describe('dates of events', () => {
  test('whole days: the end is exclusive; without an end it is one day; with a duration it is that', () => {
    expect(datesOf(one('DTSTART;VALUE=DATE:20260703', 'DTEND;VALUE=DATE:20260718'))).toEqual([
      '2026-07-03/2026-07-17',
    ]);
    expect(datesOf(one('DTSTART;VALUE=DATE:20260703'))).toEqual(['2026-07-03/2026-07-03']);
    expect(datesOf(one('DTSTART;VALUE=DATE:20260703', 'DURATION:P3D'))).toEqual(['2026-07-03/2026-07-05']);
  });

  test('times: UTC, a zone of the database, a zone of the calendar itself, floating', () => {
    expect(datesOf(one('DTSTART:20260702T220000Z', 'DTEND:20260717T220000Z'))).toEqual([
      '2026-07-03/2026-07-17',
    ]);
    const inTokyo = ['DTSTART;TZID=Asia/Tokyo:20260703T060000', 'DTEND;TZID=Asia/Tokyo:20260703T080000'];
    expect(datesOf(one(...inTokyo))).toEqual(['2026-07-02/2026-07-03']);
    const own = one('DTSTART;TZID=Somewhere/Odd:20260703T200000', 'DTEND;TZID=Somewhere/Odd:20260703T210000');
    expect(datesOf(own.replace('BEGIN:VEVENT', `${NEW_YORK}\r\nBEGIN:VEVENT`))).toEqual([
      '2026-07-04/2026-07-04',
    ]);
    expect(datesOf(one('DTSTART:20260703T200000', 'DTEND:20260704T000000'))).toEqual([
      '2026-07-03/2026-07-03',
    ]);
  });

  test('series: RRULE, COUNT, UNTIL, EXDATE and what lies outside the window', () => {
    const yearly = one('DTSTART;VALUE=DATE:20200703', 'DTEND;VALUE=DATE:20200705', 'RRULE:FREQ=YEARLY');
    expect(datesOf(yearly)).toEqual(['2026-07-03/2026-07-04']);
    const weekly = one(
      'DTSTART;VALUE=DATE:20260601',
      'RRULE:FREQ=WEEKLY;COUNT=4',
      'EXDATE;VALUE=DATE:20260608',
    );
    expect(datesOf(weekly)).toEqual([
      '2026-06-01/2026-06-01',
      '2026-06-15/2026-06-15',
      '2026-06-22/2026-06-22',
    ]);
  });

  test('one occurrence moved, one cancelled, one moved from far outside into the window', () => {
    const series = event('UID:1', 'SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=MONTHLY');
    const moved = event(
      'UID:1',
      'SUMMARY:Vacation',
      'RECURRENCE-ID;VALUE=DATE:20260701',
      'DTSTART;VALUE=DATE:20260710',
    );
    const cancelled = event(
      'UID:1',
      'STATUS:CANCELLED',
      'SUMMARY:Vacation',
      'RECURRENCE-ID;VALUE=DATE:20260801',
      'DTSTART;VALUE=DATE:20260801',
    );
    const fromAfar = event(
      'UID:1',
      'SUMMARY:Vacation',
      'RECURRENCE-ID;VALUE=DATE:20280101',
      'DTSTART;VALUE=DATE:20260815',
    );
    const dates = datesOf(calendar(series, moved, cancelled, fromAfar));
    expect(dates.slice(0, 5)).toEqual([
      '2026-06-01/2026-06-01',
      '2026-07-10/2026-07-10',
      '2026-08-15/2026-08-15',
      '2026-09-01/2026-09-01',
      '2026-10-01/2026-10-01',
    ]);
  });

  test('a cancelled series is gone; a later SEQUENCE replaces an earlier one', () => {
    expect(datesOf(one('DTSTART;VALUE=DATE:20260703', 'STATUS:CANCELLED'))).toEqual([]);
    const first = event('UID:1', 'SUMMARY:Vacation', 'SEQUENCE:2', 'DTSTART;VALUE=DATE:20260710');
    const earlier = event('UID:1', 'SUMMARY:Vacation', 'SEQUENCE:1', 'DTSTART;VALUE=DATE:20260703');
    expect(datesOf(calendar(first, earlier))).toEqual(['2026-07-10/2026-07-10']);
  });

  test('two events with overrides do not take each other’s', () => {
    const a = event('UID:a', 'SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=MONTHLY;COUNT=2');
    const b = event('UID:b', 'SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=MONTHLY;COUNT=2');
    const ofB = event(
      'UID:b',
      'SUMMARY:Vacation',
      'RECURRENCE-ID;VALUE=DATE:20260701',
      'DTSTART;VALUE=DATE:20260720',
    );
    expect(datesOf(calendar(a, b, ofB))).toEqual([
      '2026-06-01/2026-06-01',
      '2026-06-01/2026-06-01',
      '2026-07-01/2026-07-01',
      '2026-07-20/2026-07-20',
    ]);
  });
});

describe('which events count', () => {
  test('a word in title or category, in any case', () => {
    const day = 'DTSTART;VALUE=DATE:20260703';
    expect(datesOf(calendar(event('UID:1', 'SUMMARY:our VACATION!', day)))).toHaveLength(1);
    expect(datesOf(calendar(event('UID:1', 'SUMMARY:Rome', 'CATEGORIES:Family,vacation', day)))).toHaveLength(
      1,
    );
    expect(datesOf(calendar(event('UID:1', 'SUMMARY:Dentist', day)))).toEqual([]);
  });

  test('whole days marked busy: not free ones, not hours', () => {
    const day = 'DTSTART;VALUE=DATE:20260703';
    const busy = (...lines: string[]) => datesOf(calendar(event('UID:1', 'SUMMARY:Rome', ...lines)), BUSY);
    expect(busy(day)).toHaveLength(1);
    expect(busy(day, 'TRANSP:OPAQUE')).toHaveLength(1);
    expect(busy(day, 'TRANSP:TRANSPARENT')).toEqual([]);
    expect(busy(day, 'X-MICROSOFT-CDO-BUSYSTATUS:FREE')).toEqual([]);
    expect(busy('DTSTART:20260703T080000Z', 'DTEND:20260704T080000Z')).toEqual([]);
  });
});

describe('calendars that cannot be read', () => {
  test.each([
    ['a web page', '<html><body>Sign in</body></html>'],
    ['nothing', ''],
    ['half a calendar', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026'],
    ['a card', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\r\nEND:VCARD\r\n'],
    ['an event every second', one('DTSTART:19700101T000000Z', 'RRULE:FREQ=SECONDLY')],
  ])('%s: one sentence says why, in bounded time', async (_name, text) => {
    await expect(expandApart({ ...WINDOW, rule: VACATION, text })).rejects.toThrow(UnreadableCalendar);
  });

  test('never anything but dates inside the window, or a sentence, whatever it holds', () => {
    const line = fc.constantFrom(
      'DTSTART;VALUE=DATE:20260703',
      'DTEND;VALUE=DATE:20260601',
      'DTSTART:20260703T080000',
      'DTEND:20260704T080000Z',
      'DURATION:-P3D',
      'RRULE:FREQ=DAILY;COUNT=5',
      'RRULE:FREQ=WEEKLY;INTERVAL=0;COUNT=3',
      'EXDATE:20260704T080000Z',
      'RECURRENCE-ID;VALUE=DATE:20260705',
      'SUMMARY:Vacation',
      'STATUS:CANCELLED',
      'DTSTART;TZID=No/Where:20260703T080000',
      'SUMMARY;LANGUAGE=de:Vacation \\, \\n x',
    );
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 7 }), { maxLength: 4 }), (events) => {
        const text = calendar(...events.map((lines, i) => event(`UID:${i % 2}`, ...lines)));
        try {
          for (const { from, to } of expandCalendar({ ...WINDOW, rule: VACATION, text })) {
            expect(from <= to && to >= WINDOW.from && from <= addDays(WINDOW.to, 0)).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableCalendar);
        }
      }),
    );
  });
});

describe('addresses that may be fetched', () => {
  test.each(['1.1.1.1', '93.184.215.14', '2606:4700:4700::1111', '172.32.0.1', '100.128.0.1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
  test.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '0.0.0.0'],
    ...['100.64.0.1', '224.0.0.1', '255.255.255.255', '198.18.0.1', '::1', '::', 'fe80::1', 'fe80::1%eth0'],
    ...[
      'fc00::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:db8::1',
    ],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
