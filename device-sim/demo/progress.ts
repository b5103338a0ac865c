import { isOpen } from '../../core/order-lifecycle.ts';
import type { Instant, OrderStatus } from '../../core/types.ts';

/** What the display shows after each step. */
interface Moment {
  readonly now: Instant;
  readonly day: number;
  readonly days: number;
  readonly readings: number;
  readonly orders: Readonly<Record<string, number>>;
  readonly purchases: number;
  readonly stockouts: number;
}

export interface Progress {
  readonly show: (moment: Moment) => void;
  /** A line above the display. */
  readonly say: (line: string) => void;
  readonly done: () => void;
}

export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** Of a screen that does not tell, and of the bar that gets what the words leave. */
const USUAL_COLUMNS = 110;
const BAR_WIDTHS = { least: 5, most: 24 };
/** Without a terminal, a line for each tenth of the period. */
const PLAIN_LINES = 10;
const CLEAR_LINE = '\r\u001b[2K';

const number = new Intl.NumberFormat('en-US');
const date = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: '2-digit',
  month: 'short',
  timeZone: 'UTC',
});

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

function lineOf(moment: Moment, columns: number): string {
  const { now, day, days, readings, orders, purchases, stockouts } = moment;
  const count = (wanted: (status: string) => boolean) =>
    Object.entries(orders).reduce((sum, [status, n]) => sum + (wanted(status) ? n : 0), 0);
  const open = count((status) => isOpen(status as OrderStatus));
  const arrived = count((status) => status === 'delivered' || status === 'installed');
  const when = `day ${String(day).padStart(String(days).length)}/${days}`;
  const words = [
    date.format(now),
    `${number.format(readings)} readings`,
    `${open} open, ${purchases} bought, ${arrived} arrived`,
    `${stockouts} ran dry`,
  ].join(' · ');
  const room = columns - when.length - words.length - 3;
  const width = Math.min(Math.max(room, BAR_WIDTHS.least), BAR_WIDTHS.most);
  return `${when} ${bar(day / days, width)} ${words}`;
}

/** A live line on a terminal, plain lines elsewhere, nothing when quiet. */
export function createProgress(screen: Screen, quiet: boolean): Progress {
  if (quiet) return { show: () => {}, say: () => {}, done: () => {} };
  return screen.isTTY === true ? liveLine(screen) : plainLines(screen);
}

function liveLine(screen: Screen): Progress {
  let last = '';
  // Some terminals say that they have no columns.
  const columns = () => screen.columns || USUAL_COLUMNS;
  const draw = () => screen.write(`${CLEAR_LINE}${last.slice(0, columns() - 1)}`);
  return {
    show: (moment) => {
      last = lineOf(moment, columns());
      draw();
    },
    say: (line) => {
      screen.write(`${CLEAR_LINE}${line}\n`);
      draw();
    },
    done: () => {
      if (last !== '') screen.write('\n');
      last = '';
    },
  };
}

function plainLines(screen: Screen): Progress {
  let told = 0;
  return {
    show: (moment) => {
      const tenth = Math.floor((moment.day / moment.days) * PLAIN_LINES);
      if (tenth <= told) return;
      told = tenth;
      screen.write(`${lineOf(moment, USUAL_COLUMNS)}\n`);
    },
    say: (line) => screen.write(`${line}\n`),
    done: () => {},
  };
}
