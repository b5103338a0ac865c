import type { IppAttributes } from './ipp.ts';
import { longText, parsePairs, texts } from './ipp-view.ts';
import { compact, MAX_ALERTS, type PrinterAlert } from './observation.ts';

const reasonSeverities: Readonly<Record<string, PrinterAlert['severity']>> = {
  error: 'critical',
  warning: 'warning',
  report: 'report',
};

/** RFC 8011 §5.4.12: a keyword with -error, -warning or -report; without a suffix it counts as an error. */
export function stateReasons(attributes: IppAttributes): PrinterAlert[] {
  return texts(attributes, 'printer-state-reasons').flatMap((reason): PrinterAlert[] => {
    const [, code = '', suffix] = /^(.*?)(?:-(error|warning|report))?$/u.exec(reason.toLowerCase()) ?? [];
    if (code === '' || code === 'none' || code.startsWith('cups-')) return [];
    return [
      {
        source: 'state-reason',
        severity: reasonSeverities[suffix ?? 'error'] ?? 'critical',
        code: code.slice(0, 128),
      },
    ];
  });
}

const kebab = (label: string) =>
  label
    .replace(/([a-z0-9])([A-Z])/gu, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-');

export function printerAlerts(attributes: IppAttributes): PrinterAlert[] {
  const descriptions = texts(attributes, 'printer-alert-description');
  return (attributes.get('printer-alert') ?? []).slice(0, MAX_ALERTS).flatMap((value, i): PrinterAlert[] => {
    const pairs = parsePairs(longText(value));
    const code = kebab(pairs.get('code') ?? '');
    if (code === '' || /^(?:unknown|other|none|printer-ready-to-print)$/u.test(code)) return [];
    const severity = pairs.get('severity') ?? '';
    const description = descriptions[i]
      ?.replace(/^printer-alert-description\[\d+\]\s*=\s*/u, '')
      .replace(/^'(.*)'$/u, '$1');
    return [
      compact<PrinterAlert>({
        source: 'printer-alert',
        severity: /^critical/iu.test(severity)
          ? 'critical'
          : /^warning/iu.test(severity)
            ? 'warning'
            : 'other',
        code: code.slice(0, 128),
        description: description === '' ? undefined : description,
      }),
    ];
  });
}
