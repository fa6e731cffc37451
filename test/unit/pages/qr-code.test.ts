import { describe, expect, it } from '@jest/globals';
import decodeQR from 'qr/decode.js';
import { renderQrCode } from '../../../src/pages/qr-code.js';

/** The picture that a camera would see of it, four pixels to a module. */
function pictureOf(svg: string) {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const scale = 4;
  const [width, height] = [side * scale, side * scale];
  const data = new Uint8Array(width * height * 4).fill(255);
  for (const [, x, y, run] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1)
      for (let column = Number(x) * scale; column < (Number(x) + Number(run)) * scale; column += 1)
        data.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
  }
  return { width, height, data };
}

describe('A QR code (ISO/IEC 18004)', () => {
  it.each([
    'otpauth://totp/Identity:demo?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Identity',
    `otpauth://totp/${encodeURIComponent('Größe & Söhne')}:${'a'.repeat(64)}?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=x`,
  ])('says %s to a scanner', (text) => {
    expect(decodeQR(pictureOf(String(renderQrCode(text, 'code'))))).toBe(text);
  });

  it('has a name for whoever cannot see it, and light around it', () => {
    const svg = String(renderQrCode('a', 'A "code"'));
    expect(svg).toContain('role="img" aria-label="A &quot;code&quot;"');
    expect(svg).toMatch(/d="M4 4h7v1h-7z/);
  });
});
