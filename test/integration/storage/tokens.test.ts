import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../src/crypto/digest.js';
import { deleteClient, disableClient } from '../../../src/storage/clients/clients.js';
import type { Sql } from '../../../src/storage/connection/sql.js';
import { valuesOf } from '../../../src/storage/connection/statement.js';
import { expirableTables, sweepTable } from '../../../src/storage/expirable.js';
import { findLiveGrant, revokeAuthorizationGrant } from '../../../src/storage/grants/authorization-grants.js';
import {
  findInteractionByHandle,
  redeemInteraction,
} from '../../../src/storage/interactions/interaction-redemption.js';
import { visitInteraction } from '../../../src/storage/interactions/interaction-visit.js';
import { completeInteraction, startInteraction } from '../../../src/storage/interactions/interactions.js';
import { disableUser } from '../../../src/storage/people/user-changes.js';
import type { InteractionOutcome } from '../../../src/storage/schema/interactions.js';
import { endSession } from '../../../src/storage/sessions/sessions.js';
import { findOpaqueAccessToken } from '../../../src/storage/tokens/access-token.js';
import { findAuthorizationCode, redeemAuthorizationCode } from '../../../src/storage/tokens/authorization-code.js';
import { findRefreshToken, rotateRefreshToken } from '../../../src/storage/tokens/refresh-token.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addClient, addSession, addUser, audit, change, later, start } from '../../support/rows.js';
import { validatedRequest } from '../../support/validated-request.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const times = { now: start, expiresAt: later(60_000), traceparent: null };

const hash = () => hashToken(randomBytes(16).toString('hex'));
const twentyTimes = <T>(work: (n: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, n) => work(n)));

async function completedInteraction(userId: string, clientId: string, scopes = ['openid', 'offline_access']) {
  const hashes = { idHash: hash(), authzBrowserHash: hash(), handleHash: hash() };
  const request = validatedRequest({ clientId, scopes, nonce: 'n', codeChallenge: 'c' });
  await startInteraction(database.sql, { ...hashes, clientId, request, ...times });
  const outcome: InteractionOutcome = {
    userId,
    sessionId: randomUUID(),
    authTime: start.getTime(),
    amr: ['pwd'],
    acr: null,
    scopes,
  };
  await addSession(database, outcome.sessionId, userId);
  await completeInteraction(database.sql, { ...hashes, outcome, now: start });
  return hashes;
}

const redemptionOf = (interaction: { handleHash: Buffer; authzBrowserHash: Buffer }) => ({
  handleHash: interaction.handleHash,
  authzBrowserHashes: [interaction.authzBrowserHash],
  now: later(1_000),
  authorizationGrantId: randomUUID(),
  codeHash: hash(),
  codeExpiresAt: later(61_000),
  currentSecretHash: null,
  newSecretHash: hash(),
  audit,
});

async function issuedCode(scopes?: string[]) {
  const userId = await addUser(database);
  const clientId = await addClient(database);
  const redemption = redemptionOf(await completedInteraction(userId, clientId, scopes));
  await redeemInteraction(database.sql, redemption);
  return { userId, clientId, valueHash: redemption.codeHash, grantId: redemption.authorizationGrantId };
}

const issue = () => ({
  refreshToken: { valueHash: hash(), expiresAt: later(30 * 86_400_000) },
  accessToken: {
    valueHash: hash(),
    expiresAt: later(600_000),
    payload: { jti: randomUUID(), scopes: ['openid'], audience: ['https://issuer.example'] },
  },
  lastExpiry: later(30 * 86_400_000),
});

async function issuedRefreshToken() {
  const code = await issuedCode();
  const issued = issue();
  await redeemAuthorizationCode(database.sql, {
    valueHash: code.valueHash,
    clientId: code.clientId,
    issued,
    now: later(2_000),
    audit,
  });
  return { ...code, valueHash: issued.refreshToken.valueHash, accessHash: issued.accessToken.valueHash };
}

describe('interaction handle', () => {
  it('is redeemed by one of twenty, and makes one grant and one code (RFC 6749 §4.1.2)', async () => {
    const userId = await addUser(database);
    const interaction = await completedInteraction(userId, await addClient(database));
    const outcomes = await twentyTimes(() => redeemInteraction(database.sql, redemptionOf(interaction)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const grants = await database.pool.query('SELECT FROM authorization_grants WHERE user_id = $1', [userId]);
    const codes = await database.pool.query('SELECT payload FROM tokens WHERE user_id = $1', [userId]);
    expect([grants.rowCount, codes.rowCount]).toEqual([1, 1]);
    expect(codes.rows[0].payload).toMatchObject({ nonce: 'n', codeChallenge: 'c', redirectUriNamed: true });
  });

  it('of a device or an account is none for authz', async () => {
    const interaction = await completedInteraction(await addUser(database), await addClient(database));
    const setPurpose = (purpose: string) =>
      database.pool.query('UPDATE interactions SET purpose = $2 WHERE id_hash = $1', [interaction.idHash, purpose]);
    const lookup = { ...redemptionOf(interaction), codeHash: hash() };
    for (const purpose of ['device', 'account']) {
      await setPurpose(purpose);
      expect(await redeemInteraction(database.sql, redemptionOf(interaction))).toBeNull();
      expect(await findInteractionByHandle(database.sql, lookup)).toBeNull();
    }
    await expect(setPurpose('something else')).rejects.toMatchObject({ code: '23514' });
    await setPurpose('authorize');
    expect(await redeemInteraction(database.sql, redemptionOf(interaction))).not.toBeNull();
  });

  it('burns nothing in a browser that did not ask (login CSRF)', async () => {
    const interaction = await completedInteraction(await addUser(database), await addClient(database));
    const elsewhere = { ...redemptionOf(interaction), authzBrowserHashes: [hash()] };
    expect(await redeemInteraction(database.sql, elsewhere)).toBeNull();
    expect(await redeemInteraction(database.sql, redemptionOf(interaction))).not.toBeNull();
  });

  it('needs no cookie for an error', async () => {
    const hashes = { idHash: hash(), authzBrowserHash: hash(), handleHash: hash() };
    const clientId = await addClient(database);
    const request = validatedRequest({ clientId, prompts: ['none'] });
    await startInteraction(database.sql, { ...hashes, clientId, request, ...times });
    await completeInteraction(database.sql, { ...hashes, outcome: { error: 'login_required' }, now: start });
    const redeemed = await redeemInteraction(database.sql, { ...redemptionOf(hashes), authzBrowserHashes: [] });
    expect(redeemed?.outcome).toEqual({ error: 'login_required' });
  });

  it('is bound to the first browser that is shown a page', async () => {
    const hashes = { idHash: hash(), authzBrowserHash: hash() };
    const clientId = await addClient(database);
    const request = validatedRequest({ clientId });
    await startInteraction(database.sql, { ...hashes, clientId, request, ...times });
    const visit = (idpBrowserHash: Buffer, now = start) =>
      visitInteraction(database.sql, { idHash: hashes.idHash, idpBrowserHash, sessionSecretHashes: [], now });
    const [mine, other] = [hash(), hash()];
    expect((await visit(mine))?.ours).toBe(true);
    expect((await visit(other))?.ours).toBe(false);
    expect((await visit(mine))?.ours).toBe(true);
    expect(await visit(mine, later(60_001))).toBeNull();
  });
});

describe('a sign-out while the answer is being collected', () => {
  it('ends what comes into being at the same moment', async () => {
    const userId = await addUser(database);
    const redemption = redemptionOf(await completedInteraction(userId, await addClient(database), ['openid']));
    const session = await database.pool.query('SELECT secret_hash FROM sessions WHERE user_id = $1', [userId]);
    const collecting = await database.pool.connect();
    await collecting.query('BEGIN');
    const within: Sql = {
      query: async (statement, parameters) => {
        const { rows, rowCount } = await collecting.query(statement.text, valuesOf(statement, parameters));
        return { rows, rowCount: rowCount ?? 0 };
      },
    };
    expect(await redeemInteraction(within, redemption)).not.toBeNull();
    const logout = { secretHash: session.rows[0].secret_hash, clientId: null, now: later(1_000), audit };
    const ending = endSession(database.sql, logout);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await database.pool.query(waiting)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await collecting.query('COMMIT');
    collecting.release();
    expect(await ending).not.toBeNull();
    expect(await findLiveGrant(database.sql, redemption.authorizationGrantId, start)).toBeNull();
  });
});

describe('authorization code (RFC 6749 §4.1.2)', () => {
  it('is redeemed by one of twenty, and only that one stores tokens', async () => {
    const { valueHash, clientId, userId } = await issuedCode();
    const outcomes = await twentyTimes(() =>
      redeemAuthorizationCode(database.sql, { valueHash, clientId, issued: issue(), now: later(2_000), audit }),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const { rows } = await database.pool.query('SELECT kind FROM tokens WHERE user_id = $1 ORDER BY kind', [userId]);
    expect(rows.map(({ kind }) => kind)).toEqual(['access_token', 'authorization_code', 'refresh_token']);
  });

  it('is another client’s to no use, and is not used up by it', async () => {
    const { valueHash, clientId } = await issuedCode();
    const redeem = (by: string) =>
      redeemAuthorizationCode(database.sql, { valueHash, clientId: by, issued: issue(), now: later(2_000), audit });
    expect(await redeem(await addClient(database))).toBe(false);
    expect(await redeem(clientId)).toBe(true);
  });

  it('stays known as consumed as long as what was issued for it lives', async () => {
    const { valueHash } = await issuedRefreshToken().then(async ({ userId }) => {
      const { rows } = await database.pool.query(
        `SELECT value_hash AS "valueHash" FROM tokens WHERE user_id = $1 AND kind = 'authorization_code'`,
        [userId],
      );
      return rows[0] as { valueHash: Buffer };
    });
    await sweepTable(database.sql, 'tokens', later(86_400_000), 1_000);
    expect((await findAuthorizationCode(database.sql, valueHash))?.consumedAt).toEqual(later(2_000));
  });

  it.each([
    ['expired', async () => later(61_001)],
    ['of an earlier moment', async () => later(2_000)],
  ])('%s: the expiry decides', async (name, at) => {
    const { valueHash, clientId } = await issuedCode();
    const redeemed = await redeemAuthorizationCode(database.sql, {
      valueHash,
      clientId,
      issued: issue(),
      now: await at(),
      audit,
    });
    expect(redeemed).toBe(name !== 'expired');
  });

  it.each([
    ['user', (of: { userId: string }) => disableUser(database.transactions, of.userId, change)],
    ['client', (of: { clientId: string }) => disableClient(database.transactions, of.clientId, change)],
  ])('is dead once its %s is disabled', async (_, disable) => {
    const code = await issuedCode();
    expect((await findAuthorizationCode(database.sql, code.valueHash))?.alive).toBe(true);
    await disable(code);
    expect((await findAuthorizationCode(database.sql, code.valueHash))?.alive).toBe(false);
  });

  it.each<[string, (of: Awaited<ReturnType<typeof issuedCode>>) => Promise<unknown>]>([
    ['user is disabled', ({ userId }) => disableUser(database.transactions, userId, change)],
    ['client is disabled', ({ clientId }) => disableClient(database.transactions, clientId, change)],
    ['client is deleted', ({ clientId }) => deleteClient(database.transactions, clientId, change)],
    ['grant is revoked', ({ grantId: id }) => revokeAuthorizationGrant(database.sql, { id, now: start, audit })],
  ])('is not redeemed once its %s, whatever was read before', async (_, end) => {
    const code = await issuedCode();
    await end(code);
    const { valueHash, clientId, userId } = code;
    const redemption = { valueHash, clientId, issued: issue(), now: later(2_000), audit };
    expect(await redeemAuthorizationCode(database.sql, redemption)).toBe(false);
    const { rows } = await database.pool.query('SELECT kind, consumed_at FROM tokens WHERE user_id = $1', [userId]);
    expect(rows).toEqual([{ kind: 'authorization_code', consumed_at: null }]);
  });
});

describe('refresh token rotation (RFC 9700 §4.14.2)', () => {
  const chainLifetime = 90 * 86_400_000;
  const rotation = (token: { valueHash: Buffer; clientId: string }, scopes: string[] | null = null) => ({
    valueHash: token.valueHash,
    clientId: token.clientId,
    scopes,
    redeemedFrom: Buffer.from('block'),
    chainLifetime,
    issued: issue(),
    now: later(3_000),
    audit,
  });

  it('is done by one of twenty; the others learn the successor', async () => {
    const token = await issuedRefreshToken();
    const successor = issue();
    const outcomes = await twentyTimes(() =>
      rotateRefreshToken(database.sql, { ...rotation(token), issued: { ...successor, accessToken: null } }),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const found = await findRefreshToken(database.sql, { valueHash: token.valueHash, chainLifetime });
    expect(found).toMatchObject({
      consumedAt: later(3_000),
      successorHash: successor.refreshToken.valueHash,
      redeemedFrom: Buffer.from('block'),
    });
    expect(found?.successorConsumedAt).toBeNull();
  });

  it.each<[string, (token: { valueHash: Buffer; clientId: string }) => ReturnType<typeof rotation>]>([
    ['another client (RFC 6749 §6)', (token) => ({ ...rotation(token), clientId: 'another' })],
    ['a scope that was not granted (RFC 6749 §6)', (token) => rotation(token, ['openid', 'write:resource'])],
    ['an expired token', (token) => ({ ...rotation(token), now: later(31 * 86_400_000) })],
  ])('takes nothing from %s, and burns nothing', async (_, request) => {
    const token = await issuedRefreshToken();
    expect(await rotateRefreshToken(database.sql, request(token))).toBeNull();
    expect(
      (await findRefreshToken(database.sql, { valueHash: token.valueHash, chainLifetime }))?.consumedAt,
    ).toBeNull();
  });

  it('gives the facts of the grant', async () => {
    const token = await issuedRefreshToken();
    const facts = await rotateRefreshToken(database.sql, rotation(token, ['openid']));
    expect(facts).toMatchObject({
      userId: token.userId,
      scopes: ['openid', 'offline_access'],
      authTime: start,
      amr: ['pwd'],
    });
  });

  it('ends with the grant, and so does every access token', async () => {
    const token = await issuedRefreshToken();
    expect(await findOpaqueAccessToken(database.sql, token.accessHash, later(3_000))).not.toBeNull();
    expect(await findLiveGrant(database.sql, token.grantId, start)).not.toBeNull();
    const revocation = {
      id: token.grantId,
      now: later(3_000),
      audit: { ...audit, type: 'token_reuse_detected' },
    } as const;
    await revokeAuthorizationGrant(database.sql, revocation);
    await revokeAuthorizationGrant(database.sql, revocation);
    expect(await rotateRefreshToken(database.sql, rotation(token))).toBeNull();
    expect(await findOpaqueAccessToken(database.sql, token.accessHash, later(3_000))).toBeNull();
    expect(await findLiveGrant(database.sql, token.grantId, start)).toBeNull();
    const { rows } = await database.pool.query(
      'SELECT type, context FROM audit_events WHERE authorization_grant_id = $1 ORDER BY id',
      [token.grantId],
    );
    expect(rows.map(({ type }) => type)).toEqual(['token_issued', 'token_issued', 'token_reuse_detected']);
    expect(rows[0].context).toEqual({ request_id: 'request-1' });
  });
});

describe('sweeping', () => {
  it.each(expirableTables)('%s loses what has expired, at most so many rows at once', async (table) => {
    expect(await sweepTable(database.sql, table, start, 10)).toBe(0);
  });

  it('removes expired tokens in batches', async () => {
    await Promise.all([issuedCode(), issuedCode(), issuedCode()]);
    expect(await sweepTable(database.sql, 'tokens', later(2 ** 41), 2)).toBe(2);
  });
});
