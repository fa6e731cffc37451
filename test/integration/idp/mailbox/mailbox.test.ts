import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configuration } from '../../../support/configuration.js';
import { openIdp, type TestIdp } from '../../../support/idp.js';
import { smtpConfig } from '../../../support/mail.js';
import { addClient } from '../../../support/rows.js';

let idp: TestIdp;
let path: string;
beforeAll(async () => {
  idp = await openIdp();
  const client = await addClient(idp.database, { client_name: '<script>alert(1)</script>' });
  const user = await idp.addUser();
  for (let n = 0; n < 2; n += 1) await idp.signIn(idp.newBrowser(), await idp.start(client), user);
  const { rows } = await idp.database.pool.query('SELECT id FROM outgoing_mails');
  path = `/dev/mailbox/${rows[0].id}`;
});
afterAll(() => idp.close());

describe('/dev/mailbox', () => {
  it('lists what would have been sent', async () => {
    const { status, text, headers } = await idp.newBrowser().get('/dev/mailbox');
    expect(status).toBe(200);
    expect(text).toContain(`<a href="${path}">New sign-in to your Test Identity account</a>`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-src 'self'/);
  });

  it('shows a mail as text, whose links can be followed, and as HTML in a frame that runs nothing', async () => {
    const { text } = await idp.newBrowser().get(path);
    expect(text).toContain(`src="${path}/html"`);
    expect(text).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(text).toContain('<a href="https://help.example/password" target="_blank"');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    const framed = await idp.newBrowser().get(`${path}/html`);
    expect(framed.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*frame-ancestors 'self'; sandbox allow-popups/,
    );
    expect(framed.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(framed.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(framed.text).not.toContain('<script');
  });

  it.each(['/dev/mailbox/nonsense', '/dev/mailbox/00000000-0000-4000-8000-000000000000'])('%s: 404', async (absent) => {
    expect((await idp.newBrowser().get(absent)).status).toBe(404);
  });

  it.each([
    ['in production', { profile: 'production' as const }],
    [
      'where a mail server gets it',
      { mail: { ...configuration.mail, smtp: smtpConfig(25), from: { name: '', address: 'idp@example.com' } } },
    ],
  ])('is not there %s', async (_, config) => {
    const other = await openIdp({ beside: idp, config });
    for (const address of ['/dev/mailbox', path, `${path}/html`]) {
      expect((await other.newBrowser().get(address)).status).toBe(404);
    }
    await other.close();
  });
});
