import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { escapeHtml } from '../../platform/messages/words/html.ts';

/** Light and dark, readable on a phone, nothing loaded. */
const STYLE = `:root{color-scheme:light dark}
body{font:17px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;margin:0;padding:1.5rem 1rem}
main{max-width:32rem;margin:0 auto}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.35rem 1rem;margin:1.25rem 0}
dt{opacity:.75}
dd{margin:0;font-weight:600}
label{display:block;margin:1rem 0 .35rem}
input,select{font:inherit;padding:.5rem .6rem;border:1px solid;border-radius:.4rem;min-width:8rem;background:transparent;color:inherit}
option{color:CanvasText;background:Canvas}
button{font:inherit;font-weight:600;margin-top:1.25rem;padding:.7rem 1.4rem;border:0;border-radius:.4rem;background:#1f6f5c;color:#fff;cursor:pointer}
button:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid #d08b00;outline-offset:2px}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** No script, no image, no frame, no form to elsewhere. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

export interface Page {
  readonly language: string;
  readonly title: string;
  /** Before the facts. */
  readonly paragraphs: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
  /** After the facts; null: nothing to do. */
  readonly form: string | null;
}

export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const { language, title, paragraphs, facts, form } = page;
  const list = facts
    .map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('\n');
  const html = `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title)} · Neverout</title>
<style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
${list === '' ? '' : `<dl>${list}</dl>`}
${form ?? ''}
</main></body></html>
`;
  // Under no-referrer browsers send Origin: null from forms; the token in the address goes to ourselves only.
  return reply
    .code(status)
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'same-origin')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}
