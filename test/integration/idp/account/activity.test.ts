import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount } from '../../../support/account.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';

const path = '/account/activity';

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

/** So many sign-ins, all within one millisecond, each from an address of its own. */
const addSignIns = ({ id }: TestUser, count: number) =>
  idp.database.pool.query(
    `INSERT INTO audit_events (occurred_at, type, user_id, context, expires_at)
     SELECT $2::timestamptz, 'sign_in', $1, jsonb_build_object('address', 'address ' || n), $2::timestamptz + interval '1 day'
     FROM generate_series(1, $3::integer) n ORDER BY n`,
    [id, new Date(idp.clock.now().getTime() - 60_000), count],
  );

const addressesOn = (page: string): number[] => [...page.matchAll(/address (\d+)/g)].map(([, n]) => Number(n));
const olderOn = (page: string): string | undefined => /href="([^"]+\?before=\d+)"/.exec(page)?.[1];

describe('The activity of an account', () => {
  it('goes back page by page, each event once', async () => {
    const user = await idp.addUser();
    await addSignIns(user, 120);
    const browser = idp.newBrowser();
    const pages = [await openAccount(browser, user, path)];
    for (let older = olderOn(pages[0]?.text ?? ''); older; older = olderOn(pages.at(-1)?.text ?? ''))
      pages.push(await browser.get(older));
    expect(pages.map(({ text }) => addressesOn(text).length)).toEqual([49, 50, 21]);
    const all = pages.flatMap(({ text }) => addressesOn(text));
    expect(all).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index));
    expect(pages.map(({ text }) => text.includes('The newest'))).toEqual([false, true, true]);
  });

  it('shows nothing of another user, whatever is asked for', async () => {
    const [user, other] = [await idp.addUser(), await idp.addUser()];
    await addSignIns(other, 60);
    const browser = idp.newBrowser();
    await openAccount(browser, user, path);
    const older = olderOn((await openAccount(idp.newBrowser(), other, path)).text) ?? '';
    expect(addressesOn((await browser.get(older)).text)).toEqual([]);
    for (const before of ['x', '-1', '9'.repeat(30), ''])
      expect((await browser.get(`${path}?before=${before}`)).status).toBe(200);
  });
});
