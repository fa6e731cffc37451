import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { totpCode } from '../../../../src/crypto/totp.js';
import { formsOf } from '../../../support/browser.js';
import { configuration } from '../../../support/configuration.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient } from '../../../support/rows.js';
import { addTotp, answerChallenge, bytesOfKey, codeOf } from '../../../support/second-factor.js';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp({ config: { policy: { ...configuration.policy, secondFactor: 'required' } } });
  client = await addClient(idp.database);
});
afterAll(() => idp.close());
beforeEach(() => idp.clock.advance(60_000));

const secretOn = (page: string): Buffer => bytesOfKey(/id="key">([A-Z2-7 ]+)</.exec(page)?.[1] ?? '');

const sessionsOf = async ({ id }: TestUser) =>
  (await idp.database.pool.query('SELECT id, amr, acr FROM sessions WHERE user_id = $1', [id])).rows;

async function signedIn(user: TestUser) {
  const [browser, interaction] = [idp.newBrowser(), await idp.start(client)];
  await idp.signIn(browser, interaction, user);
  return { browser, interaction };
}

async function atEnrolment(user: TestUser) {
  const { browser, interaction } = await signedIn(user);
  const { text } = await browser.get(hub(interaction));
  const [form] = formsOf(text);
  if (!form?.action.includes('/enrol/')) throw new Error('nothing is to be set up');
  const send = (code: string) => browser.post(form.action, { ...form.fields, code });
  return { browser, interaction, text, secret: secretOn(text), send };
}

describe('policy.second_factor: required', () => {
  it('who has no second factor sets one up on the way', async () => {
    const user = await idp.addUser();
    const { browser, interaction, text, secret, send } = await atEnrolment(user);
    expect((await browser.get(hub(interaction))).text.includes(/id="key">[^<]+/.exec(text)?.[0] ?? '-')).toBe(true);
    const shown = await send(codeOf(idp, secret));
    expect(shown.status).toBe(200);
    expect(shown.headers.get('cache-control')).toContain('no-store');
    const codes = [...shown.text.matchAll(/<code>([a-z2-9-]{23})<\/code>/g)].map(([, code]) => code ?? '');
    expect(new Set(codes).size).toBe(10);
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' }]);
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
    const [event] = (await idp.audited('sign_in')).filter(({ context }) => (context as { set_up?: string }).set_up);
    expect(event?.user_id).toBe(user.id);

    // The first code was used up by it; the recovery codes are good.
    const next = await signedIn(user);
    expect((await answerChallenge(next.browser, next.interaction, { code: codeOf(idp, secret) })).status).toBe(422);
    await answerChallenge(next.browser, next.interaction, { recovery_code: codes[3] ?? '' });
    expect(await sessionsOf(user)).toHaveLength(2);
    const leaked = [...codes, secret.toString('hex')].filter((text) => idp.logged.join('\n').includes(text));
    expect(leaked).toEqual([]);
    const dump = await idp.database.pool.query('SELECT * FROM recovery_codes');
    expect(JSON.stringify(dump.rows)).not.toContain(codes[0]);
  });

  it('a wrong code sets nothing up', async () => {
    const user = await idp.addUser();
    const { send, browser, interaction } = await atEnrolment(user);
    const answer = await send(totpCode(Buffer.from('another secret'), 1));
    expect([answer.status, answer.text.includes('The code is wrong')]).toEqual([422, true]);
    expect((await browser.get(hub(interaction))).text).toContain('id="key"');
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd'], acr: 'aal1' }]);
  });

  it('of two browsers one sets its app up, and the other has to show a code of it', async () => {
    const user = await idp.addUser();
    const places = [await atEnrolment(user), await atEnrolment(user)];
    const answers = await Promise.all(places.map(({ secret, send }) => send(codeOf(idp, secret))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 303]);
    expect((await sessionsOf(user)).map(({ acr }) => acr).sort()).toEqual(['aal1', 'aal2']);
    const late = places[answers.findIndex(({ status }) => status === 303)];
    expect((await late?.browser.get(hub(late.interaction)))?.text).toContain('Six-digit code');
  });

  it('a session without one is not enough once there is one', async () => {
    const user = await idp.addUser();
    const { browser } = await signedIn(user);
    await addTotp(idp, user);
    expect((await browser.get(hub(await idp.start(client)))).text).toContain('Six-digit code');
  });

  it('with prompt=none the client is told that somebody has to act', async () => {
    const user = await idp.addUser();
    const { browser } = await signedIn(user);
    const interaction = await idp.start(client, { prompts: ['none'] });
    expect((await browser.get(hub(interaction))).location).toContain('/resume?handle=');
    const { rows } = await idp.database.pool.query('SELECT outcome FROM interactions WHERE outcome ? $1', ['error']);
    expect(rows).toContainEqual({ outcome: { error: 'interaction_required' } });
  });
});
