import { escapeHtml } from './words/html.ts';
import type { Words } from './words/words.ts';

/** A mail before it is laid out: the same content as text and as HTML. */
export interface MailContent {
  readonly language: string;
  readonly greeting: string;
  readonly sections: readonly Section[];
  readonly footer: readonly string[];
  /** Links below everything. */
  readonly footerLinks: readonly NamedLink[];
}

export interface NamedLink {
  readonly label: string;
  readonly url: string;
}

export interface Section {
  /** Shown where there are several. */
  readonly title: string | null;
  readonly words: Words;
  readonly choices: {
    readonly before: string;
    readonly links: readonly NamedLink[];
    readonly after: string;
  } | null;
}

/** Names are what people typed: none may break out of its line. */
const line = (text: string): string => text.replace(/\s+/g, ' ').trim();

export function toText({ greeting, sections, footer, footerLinks }: MailContent): string {
  const blocks = sections.flatMap(({ title, words, choices }) => [
    ...(title === null ? [] : [`${line(title)}\n${'-'.repeat(Math.min(line(title).length, 72))}`]),
    ...words.paragraphs.map(line),
    ...((words.facts ?? []).length === 0
      ? []
      : [(words.facts ?? []).map(([label, value]) => `${label}: ${line(value)}`).join('\n')]),
    ...(choices === null
      ? []
      : [
          `${choices.before}\n${choices.links.map(({ label, url }) => `- ${label}:\n  ${url}`).join('\n')}`,
          choices.after,
        ]),
  ]);
  const links = footerLinks.map(({ label, url }) => `${label}: ${url}`).join('\n');
  return `${[line(greeting), ...blocks, '-- ', [...footer, links].join('\n')].join('\n\n')}\n`;
}

const FONT = 'font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const BUTTON =
  'display:inline-block;padding:10px 16px;margin:4px 8px 4px 0;border:1px solid #1f6f5c;border-radius:6px;text-decoration:none;color:#1f6f5c';
const FIRST = `${BUTTON};background:#1f6f5c;color:#ffffff`;

/** Inline styles alone, no image, nothing loaded: mail programs show it as it is, and nobody learns that it was read. */
export function toHtml({ language, greeting, sections, footer, footerLinks }: MailContent): string {
  const body = sections
    .map(sectionHtml)
    .join('\n<hr style="border:0;border-top:1px solid #cccccc;margin:24px 0">\n');
  const links = footerLinks
    .map(({ label, url }) => `<a href="${escapeHtml(url)}" style="color:inherit">${escapeHtml(label)}</a>`)
    .join(' · ');
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:16px;${FONT};font-size:16px;line-height:1.5">
<div style="max-width:560px;margin:0 auto">
<p>${escapeHtml(line(greeting))}</p>
${body}
<p style="margin-top:32px;font-size:13px;opacity:0.75">${footer.map(escapeHtml).join('<br>')}<br>${links}</p>
</div></body></html>
`;
}

function sectionHtml({ title, words, choices }: Section): string {
  const heading =
    title === null ? '' : `<h2 style="font-size:18px;margin:0 0 8px">${escapeHtml(line(title))}</h2>\n`;
  const paragraphs = words.paragraphs.map((text) => `<p>${escapeHtml(line(text))}</p>`).join('\n');
  const rows = (words.facts ?? [])
    .map(
      ([label, value]) =>
        `<tr><th align="left" valign="top" style="padding:4px 16px 4px 0;font-weight:normal;opacity:0.75">${escapeHtml(label)}</th><td valign="top" style="padding:4px 0">${escapeHtml(line(value))}</td></tr>`,
    )
    .join('\n');
  const table =
    rows === '' ? '' : `\n<table role="presentation" cellspacing="0" cellpadding="0">\n${rows}\n</table>`;
  return `${heading}${paragraphs}${table}${choices === null ? '' : choicesHtml(choices)}`;
}

function choicesHtml({ before, links, after }: NonNullable<Section['choices']>): string {
  const buttons = links
    .map(
      ({ label, url }, index) =>
        `<a href="${escapeHtml(url)}" style="${index === 0 ? FIRST : BUTTON}">${escapeHtml(label)}</a>`,
    )
    .join('\n');
  return `\n<p>${escapeHtml(before)}</p>\n<p>${buttons}</p>\n<p style="font-size:14px;opacity:0.75">${escapeHtml(after)}</p>`;
}
