import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { escapeHtml } from '../../platform/messages/words/html.ts';

/** The portal's look (portal/src/shell/theme.ts) in light and dark, readable on a phone, nothing loaded. */
const STYLE = `:root{color-scheme:light dark;--paper:light-dark(#f7f6f2,#101513);--card:light-dark(#fff,#1a221e);--line:light-dark(#e3e0d8,#2c3631);--field:light-dark(#8a867c,#6f7b75);--ink:light-dark(#23221f,#e4e9e6);--soft:light-dark(#605d54,#a3aea8);--link:light-dark(#14564b,#8ac4b4)}
*{box-sizing:border-box}
body{font:17px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Helvetica Neue",Arial,sans-serif;margin:0;padding:1.5rem 1rem;background:var(--paper);color:var(--ink)}
header,main{max-width:32rem;margin:0 auto}
header{display:flex;gap:.6rem;align-items:center;font-weight:620;margin-bottom:1.25rem}
main{padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:16px}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem;font-weight:620;text-wrap:balance}
p{margin:0 0 1rem}
a{color:var(--link)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.35rem 1rem;margin:1.25rem 0}
dt{color:var(--soft)}
dd{margin:0;font-weight:600}
label{display:block;margin:1rem 0 .35rem;font-weight:580}
input,select{font:inherit;width:100%;padding:.6rem .75rem;border:1px solid var(--field);border-radius:10px;background:transparent;color:inherit}
input[type=number]{width:8rem}
option{color:CanvasText;background:Canvas}
button{font:inherit;font-weight:600;min-height:44px;margin-top:1.25rem;padding:.6rem 1.4rem;border:0;border-radius:10px;background:light-dark(#14564b,#237767);color:#fff;cursor:pointer}
button:focus-visible,input:focus-visible,select:focus-visible,a:focus-visible{outline:3px solid light-dark(#8f5709,#f3b33d);outline-offset:2px}`;

const MARK = `<svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="#14564b"/><path d="M9 22.5V9.5l14 13v-13" fill="none" stroke="#fff" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"/><circle cx="23" cy="9.5" r="2.6" fill="#f3b33d"/></svg>`;

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

/**
 * A small page that a link in a mail opens. It works without JavaScript, and acts only when its button is pressed:
 * mail scanners follow links.
 */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const { language, title, paragraphs, facts, form } = page;
  const list = facts
    .map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('\n');
  const html = `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title)} · Neverout</title>
<style>${STYLE}</style></head>
<body><header>${MARK} Neverout</header>
<main><h1>${escapeHtml(title)}</h1>
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
