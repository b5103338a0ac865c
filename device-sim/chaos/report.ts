/** What a run came to; `violations` by what should have held. */
export interface ChaosReport {
  readonly seed: number;
  readonly stormSeconds: number;
  readonly balanced: boolean;
  readonly violations: Readonly<Record<string, readonly string[]>>;
  readonly orders: {
    readonly all: number;
    readonly accepted: number;
    readonly byStatus: Readonly<Record<string, number>>;
  };
  readonly purchases: {
    readonly all: number;
    /** In a box with others. */
    readonly shared: number;
    readonly cancelled: number;
    readonly minor: number;
  };
  readonly kills: { readonly all: number; readonly byPoint: Readonly<Record<string, number>> };
  readonly faults: Readonly<Record<string, number>>;
  readonly storm: Readonly<Record<string, number>>;
  /** Processes that could not start, by reason; each was started again. */
  readonly failedStarts: Readonly<Record<string, number>>;
  readonly people: Readonly<Record<string, number>>;
  readonly webhooks: {
    readonly answers: Readonly<Record<string, number>>;
    /** Answers to forged ones. */
    readonly forged: Readonly<Record<string, number>>;
    readonly givenUp: number;
  };
  readonly mails: { readonly accepted: number; readonly refused: number };
  readonly reports: { readonly acknowledged: number };
}

/** Examples shown of each kind; all are in the JSON report. */
const SHOWN = 5;

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ') || 'none';

function verdictLines({ violations }: ChaosReport): string[] {
  return Object.entries(violations).flatMap(([rule, found]) => [
    `  ${found.length === 0 ? 'ok  ' : 'FAIL'}  ${rule}${found.length === 0 ? '' : `: ${found.length}`}`,
    ...found.slice(0, SHOWN).map((one) => `          ${one}`),
    ...(found.length > SHOWN ? [`          … and ${found.length - SHOWN} more`] : []),
  ]);
}

/** The report as people read it. */
export function renderChaos(report: ChaosReport): string {
  const { orders, purchases, kills, webhooks, mails } = report;
  return [
    `Chaos of ${report.stormSeconds} s, seed ${report.seed}`,
    '',
    `  Orders      ${orders.all}, of which ${orders.accepted} were accepted by the merchant (${list(orders.byStatus)})`,
    `  Purchases   ${purchases.all} in the merchant's books, ${purchases.shared} of them in a box with others, ${purchases.cancelled} cancelled`,
    `  Kills       ${kills.all} (${list(kills.byPoint)})`,
    `  Merchant    ${list(report.faults)}`,
    `  Webhooks    answers ${list(webhooks.answers)}; forged ones ${list(webhooks.forged)}; ${webhooks.givenUp} given up`,
    `  Storm       ${list(report.storm)}`,
    `  Starts      failed: ${list(report.failedStarts)}`,
    `  Customers   ${list(report.people)}`,
    `  Mails       ${mails.accepted} taken, ${mails.refused} refused`,
    `  Telemetry   ${report.reports.acknowledged} reports acknowledged`,
    '',
    'The books:',
    ...verdictLines(report),
    '',
    report.balanced ? 'They balance.' : 'THEY DO NOT BALANCE.',
    '',
  ].join('\n');
}
