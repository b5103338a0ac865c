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

const BAR_WIDTH = 20;
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

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}

function lineOf(moment: Moment): string {
  const { now, day, days, readings, orders, purchases, stockouts } = moment;
  const count = (wanted: (status: string) => boolean) =>
    Object.entries(orders).reduce((sum, [status, n]) => sum + (wanted(status) ? n : 0), 0);
  const open = count((status) => isOpen(status as OrderStatus));
  const arrived = count((status) => status === 'delivered' || status === 'installed');
  return [
    `day ${String(day).padStart(String(days).length)}/${days} ${bar(day / days)} ${date.format(now)}`,
    `${number.format(readings)} readings`,
    `${open} orders open, ${purchases} bought, ${arrived} arrived`,
    `${stockouts} stockouts`,
  ].join(' · ');
}

/** A live line on a terminal, plain lines elsewhere, nothing when quiet. */
export function createProgress(screen: Screen, quiet: boolean): Progress {
  if (quiet) return { show: () => {}, say: () => {}, done: () => {} };
  return screen.isTTY === true ? liveLine(screen) : plainLines(screen);
}

function liveLine(screen: Screen): Progress {
  let last = '';
  const draw = () => screen.write(`${CLEAR_LINE}${last.slice(0, (screen.columns ?? 120) - 1)}`);
  return {
    show: (moment) => {
      last = lineOf(moment);
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
      screen.write(`${lineOf(moment)}\n`);
    },
    say: (line) => screen.write(`${line}\n`),
    done: () => {},
  };
}
