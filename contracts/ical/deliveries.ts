/** One delivery in a calendar. */
export interface DeliveryEntry {
  readonly orderId: string;
  /** Rises with every change. */
  readonly revision: number;
  readonly summary: string;
  readonly description: string;
  /** Local dates, both included. */
  readonly from: string;
  readonly to: string;
  readonly status: 'TENTATIVE' | 'CONFIRMED' | 'CANCELLED';
  readonly changedAt: Date;
}

export interface DeliveriesCalendar {
  readonly name: string;
  /** Right of the @ of every UID: stays the same for an installation. */
  readonly domain: string;
  readonly entries: readonly DeliveryEntry[];
}

/** Longest line in octets, without its end (RFC 5545 §3.1). */
const LINE_OCTETS = 75;

/** Backslash, semicolon, comma and line ends are escaped in text (RFC 5545 §3.3.11). */
const escapeText = (text: string): string =>
  text.replaceAll(/[\\;,]/g, (character) => `\\${character}`).replaceAll(/\r\n|\r|\n/g, '\\n');

/** Folds between characters, never inside one: lines are counted in octets of UTF-8. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS) {
      parts.push(part);
      // The space that continues a line counts.
      part = ' ';
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n');
}

const dateOf = (date: string): string => date.replaceAll('-', '');
const stampOf = (at: Date): string => at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
/** All-day events end on the day after (RFC 5545 §3.6.1). */
const dayAfter = (date: string): string =>
  dateOf(new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10));

/** How often calendar programs are asked to look again. */
const REFRESH = 'PT4H';

/** iCalendar (RFC 5545) of deliveries as all-day events; the same UID and a higher SEQUENCE when one changes. */
export function writeDeliveries({ name, domain, entries }: DeliveriesCalendar): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Neverout//Deliveries//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${escapeText(name)}`,
    `X-WR-CALNAME:${escapeText(name)}`,
    `REFRESH-INTERVAL;VALUE=DURATION:${REFRESH}`,
    `X-PUBLISHED-TTL:${REFRESH}`,
    ...entries.flatMap((entry) => [
      'BEGIN:VEVENT',
      `UID:order-${entry.orderId}@${domain}`,
      `DTSTAMP:${stampOf(entry.changedAt)}`,
      `LAST-MODIFIED:${stampOf(entry.changedAt)}`,
      `SEQUENCE:${entry.revision}`,
      `STATUS:${entry.status}`,
      `DTSTART;VALUE=DATE:${dateOf(entry.from)}`,
      `DTEND;VALUE=DATE:${dayAfter(entry.to)}`,
      `SUMMARY:${escapeText(entry.summary)}`,
      `DESCRIPTION:${escapeText(entry.description)}`,
      // Nobody is busy because a parcel comes.
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}
