import qrCode from 'qrcode-generator';
import { type Html, html } from './html.js';

/** Light modules around the code (ISO/IEC 18004 §9.1), without which scanners do not find it. */
const quietZone = 4;

/** Each run of dark modules of a row as one rectangle, in the language of a path. */
function drawn({ isDark, size }: { readonly isDark: (row: number, column: number) => boolean; readonly size: number }) {
  const runs: string[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const start = column;
      while (column < size && isDark(row, column)) column += 1;
      if (column > start) runs.push(`M${start + quietZone} ${row + quietZone}h${column - start}v1h-${column - start}z`);
    }
  }
  return runs.join('');
}

/**
 * A text as a QR code, drawn as a part of the page: nothing is loaded, and it is dark on light whatever the page's colours are.
 * @param label what it is, for whoever cannot see it
 */
export function renderQrCode(text: string, label: string): Html {
  const code = qrCode(0, 'M');
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const side = size + 2 * quietZone;
  const path = drawn({ isDark: (row, column) => code.isDark(row, column), size });
  return html`<svg class="qr" viewBox="0 0 ${side} ${side}" role="img" aria-label="${label}" shape-rendering="crispEdges">
    <rect width="${side}" height="${side}" fill="#fff"/><path fill="#000" d="${path}"/>
  </svg>`;
}
