import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openIdp, type TestIdp } from '../../support/idp.js';

let idp: TestIdp;
let bare: TestIdp;
const origins = ['https://accounts.example.org', 'https://example.net'];
beforeAll(async () => {
  idp = await openIdp({ config: { webauthn: { relatedOrigins: origins } } });
  bare = await openIdp({ config: { webauthn: { relatedOrigins: [] } }, beside: idp });
});
afterAll(async () => {
  await bare.close();
  await idp.close();
});

const get = (at: TestIdp, name: string) => fetch(`${at.origin}/.well-known/${name}`, { redirect: 'manual' });

describe('Well-known addresses (RFC 8615 §3)', () => {
  it('passkey-endpoints says where they are managed', async () => {
    const answer = await get(idp, 'passkey-endpoints');
    expect([answer.status, await answer.json()]).toEqual([200, { manage: `${idp.origin}/account/passkeys` }]);
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  it('WebAuthn Level 3 §5.11: webauthn names the related origins', async () => {
    const answer = await get(idp, 'webauthn');
    expect([answer.status, await answer.json()]).toEqual([200, { origins }]);
    expect(await (await get(bare, 'webauthn')).json()).toEqual({ origins: [] });
  });

  it('change-password leads to the page of the account', async () => {
    const answer = await get(idp, 'change-password');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account/password']);
  });
});
