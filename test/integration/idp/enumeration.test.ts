/** Nobody learns who has an account: not from what a page says, not from when it comes (OWASP ASVS 5.0 §6.3.8). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, formsOf } from '../../support/browser.js';
import { configuration } from '../../support/configuration.js';
import { hub, openIdp, type TestIdp } from '../../support/idp.js';
import { rankSumScore } from '../../support/rank-sum.js';
import { addClient } from '../../support/rows.js';

const pairs = 24;
/** Pairs that are asked at once: both of a pair have the same company. */
const atOnce = 8;

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  const config = {
    factors: { email: 'first', emailAcr: 'aal1' },
    signIn: { ...configuration.signIn, freeFailures: 100 },
  } as const;
  idp = await openIdp({ config });
  client = await addClient(idp.database);
});
afterAll(() => idp.close());

let addresses = 0;
const newBrowser = () => idp.newBrowser({ 'x-forwarded-for': `2001:db8:2:${(addresses++).toString(16)}::1` });

async function fromSignInPage(fields: Record<string, string>) {
  const [browser, place] = [newBrowser(), hub(await idp.start(client))];
  await browser.get(place);
  const [form] = formsOf((await browser.get(place)).text);
  return () => browser.post(form?.action ?? '', { ...form?.fields, ...fields });
}

const ways: Readonly<Record<string, (email: string) => Promise<() => Promise<Answer>>>> = {
  'a wrong password': (identifier) => fromSignInPage({ identifier, password: 'none of theirs' }),
  'a code by mail': (identifier) => fromSignInPage({ identifier, email_code: 'yes' }),
  'a forgotten password': async (identifier) => () => newBrowser().post('/oidc/v1/password/forgotten', { identifier }),
  'an account that is wanted': async (email) => () => newBrowser().post('/oidc/v1/sign-up', { email }),
};

interface Asked {
  readonly took: number;
  readonly said: string;
}

async function ask(way: keyof typeof ways, email: string): Promise<Asked> {
  const send = await ways[way]?.(email);
  const begun = performance.now();
  const answer = await send?.();
  const took = performance.now() - begun;
  const text = `${answer?.location ?? ''} ${answer?.text ?? ''}`;
  return { took, said: `${answer?.status} ${text.replaceAll(email, 'EMAIL').replaceAll(/[\w-]{22,}/g, 'TOKEN')}` };
}

/** Of a pair now one goes first and now the other. */
async function askPair(way: keyof typeof ways, turn: number) {
  const { email } = await idp.addUser();
  const stranger = `user-${randomUUID().slice(0, 8)}@example.com`;
  if (turn % 2 === 0) {
    const [known, unknown] = await Promise.all([ask(way, email), ask(way, stranger)]);
    return { known, unknown };
  }
  const [unknown, known] = await Promise.all([ask(way, stranger), ask(way, email)]);
  return { known, unknown };
}

describe.each(Object.keys(ways))('%s', (way) => {
  it('is answered alike, and as soon, whether there is such an account or not', async () => {
    const asked: Awaited<ReturnType<typeof askPair>>[] = [];
    for (let n = 0; n < pairs; n += atOnce)
      asked.push(...(await Promise.all(Array.from({ length: atOnce }, (_, turn) => askPair(way, turn)))));
    expect(new Set(asked.flatMap(({ known, unknown }) => [known.said, unknown.said])).size).toBe(1);
    const [known, unknown] = [asked.map((pair) => pair.known.took), asked.map((pair) => pair.unknown.took)];
    expect(Math.abs(rankSumScore(known, unknown))).toBeLessThan(4);
  });
});

it('a difference of times would be noticed', () => {
  const sample = (least: number) => Array.from({ length: pairs }, (_, n) => least + ((n * 7) % 11));
  expect(Math.abs(rankSumScore(sample(150), sample(150)))).toBeLessThan(0.1);
  expect(rankSumScore(sample(160), sample(150))).toBeGreaterThan(4);
});
