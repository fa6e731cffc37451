import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import { addClient } from '../../../support/rows.js';
import { openHouse, type TestHouse } from '../../../support/visitor.js';

const path = '/account/applications';

let house: TestHouse;
let client: string;
beforeAll(async () => {
  house = await openHouse();
  client = await addClient(house.idp.database, { client_name: 'Hafen' });
});
afterAll(() => house.close());

describe('The applications of an account', () => {
  it('are listed with what they may, and lose their tokens and their consent', async () => {
    const user = await house.idp.addUser();
    const person = house.visitor();
    const { code } = await house.signIn(person, client, user);
    const tokens = await house.exchange(client, code);
    const page = await openAccount(person.atIdp, user, path);
    expect(page.text).toContain('<h2>Hafen</h2>');
    expect(page.text).toContain('See your profile: name, picture, language and the like');
    expect(await submitted(person.atIdp, page, { client })).toMatchObject({ status: 303, location: path });
    expect((await person.atIdp.get(path)).text).toContain('No application has access to your account.');
    const refreshed = await house.authz.token({
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
      client_id: client,
    });
    expect(refreshed.json).toMatchObject({ error: 'invalid_grant' });
    const consents = await house.idp.database.pool.query('SELECT * FROM consents WHERE user_id = $1', [user.id]);
    expect(consents.rows).toEqual([]);
    const [withdrawn] = (await house.idp.audited('consent_withdrawn')).filter(({ user_id: id }) => id === user.id);
    expect(withdrawn).toMatchObject({ client_id: client });
  });

  it('lose nothing by what another user withdraws, and nothing is told of what was not there', async () => {
    const [owner, other] = [await house.idp.addUser(), await house.idp.addUser()];
    await house.signIn(house.visitor(), client, owner);
    const person = house.visitor();
    await house.signIn(person, client, other);
    const page = await openAccount(person.atIdp, other, path);
    await submitted(person.atIdp, page, { client });
    await submitted(person.atIdp, page, { client });
    const { rows } = await house.idp.database.pool.query('SELECT user_id FROM consents WHERE client_id = $1', [client]);
    expect(rows).toContainEqual({ user_id: owner.id });
    const told = (await house.idp.audited('consent_withdrawn')).filter(({ user_id: id }) => id === other.id);
    expect(told).toHaveLength(1);
  });

  it('lose the grant of a code that is being issued while access is withdrawn', async () => {
    const user = await house.idp.addUser();
    const person = house.visitor();
    await house.signIn(person, client, user);
    const page = await openAccount(person.atIdp, user, path);
    const { pool } = house.idp.database;
    const issuing = await pool.connect();
    await issuing.query('BEGIN');
    await issuing.query('SELECT FROM consents WHERE user_id = $1 FOR KEY SHARE', [user.id]);
    await issuing.query(
      `INSERT INTO authorization_grants (id, client_id, user_id, session_id, scopes, resources, auth_time, amr, created_at, expires_at)
       SELECT gen_random_uuid(), client_id, user_id, session_id, scopes, resources, auth_time, amr, created_at, expires_at
       FROM authorization_grants WHERE user_id = $1`,
      [user.id],
    );
    const withdrawn = submitted(person.atIdp, page, { client });
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%withdrawn AS%'`;
    while ((await pool.query(waits)).rowCount === 0);
    await issuing.query('COMMIT');
    issuing.release();
    expect((await withdrawn).status).toBe(303);
    const living = 'SELECT FROM authorization_grants WHERE user_id = $1 AND revoked_at IS NULL';
    expect((await pool.query(living, [user.id])).rowCount).toBe(0);
  });
});
