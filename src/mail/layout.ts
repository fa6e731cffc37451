import { html } from 'hono/html';
import type { Letter } from './templates/letter.js';

export interface LetterFrame {
  readonly language: string;
  readonly product: string;
  readonly footer: string;
}

/** One line: what a person or a client named may hold anything. */
const inOneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

/** A letter as plain text (RFC 3676 is not asked for: nothing is wrapped). */
export function asText({ paragraphs, facts, advice, action }: Letter, { product, footer }: LetterFrame): string {
  const parts = [
    ...paragraphs,
    facts.map(([name, value]) => `${name}: ${inOneLine(value)}`).join('\n'),
    ...advice,
    action && `${action.label}:\n${action.url}`,
    `-- \n${inOneLine(product)}\n${footer}`,
  ];
  return `${parts.filter((part) => part).join('\n\n')}\n`;
}

const font = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";
const quiet = 'color:#525a70;font-size:14px';

/** The same as HTML: no picture, nothing from elsewhere, and style in attributes, which is all that mail programs agree on. */
export function asHtml({ subject, paragraphs, facts, advice, action }: Letter, frame: LetterFrame): string {
  const paragraph = (text: string) => html`<p style="margin:0 0 16px">${text}</p>`;
  const row = ([name, value]: readonly [string, string]) => html`<tr>
<td style="${quiet};padding:4px 16px 4px 0;vertical-align:top">${name}</td>
<td style="padding:4px 0;overflow-wrap:anywhere">${inOneLine(value)}</td>
</tr>`;
  const button =
    'display:inline-block;padding:10px 20px;border-radius:10px;background:#3444c8;color:#ffffff;font-weight:600';
  const page = html`<!doctype html>
<html lang="${frame.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
</head>
<body style="margin:0;padding:24px;${font}">
<div style="max-width:560px;margin:0 auto">
<p style="margin:0 0 24px;font-weight:600">${frame.product}</p>
${paragraphs.map(paragraph)}
${facts.length > 0 && html`<table role="presentation" style="border-collapse:collapse;margin:0 0 16px">${facts.map(row)}</table>`}
${advice.map(paragraph)}
${action && html`<p style="margin:0 0 24px"><a href="${action.url}" target="_blank" rel="noreferrer" style="${button}">${action.label}</a></p>`}
<p style="${quiet};margin:0">${frame.footer}</p>
</div>
</body>
</html>
`;
  return String(page);
}
