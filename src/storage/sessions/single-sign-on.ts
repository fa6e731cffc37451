import type { AuthenticationMethodReference } from '../../protocol/sign-in/authentication-context.js';
import {
  type ColumnNames,
  type ColumnTypes,
  coalescedStatement,
  columnsIn,
  keyIs,
} from '../connection/coalesced-statement.js';
import { type Columns, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { type AnsweredRequest, issuedCode, rememberedAnswer } from '../grants/code-issue.js';
import { consentColumns, type GivenConsent } from '../grants/consents.js';
import { enrolledMethods, groupsOf, type UserClaims, userColumns } from '../people/users.js';
import { touchInterval } from './sessions.js';

/** A live session, of an enabled user, by the secret that authz knows of it. */
export interface KnownSession {
  readonly id: string;
  /** Of the secret by which idp knows it. */
  readonly secretHash: Buffer;
  readonly userId: string;
  /** Its browser held other accounts as well at some time. */
  readonly sharesBrowser: boolean;
  readonly authTime: Date;
  /** The same, by the database's clock. */
  readonly authenticatedAt: Date;
  readonly amr: string[];
  /** The ways to prove who they are that the user has set up. */
  readonly enrolled: readonly AuthenticationMethodReference[];
  readonly groups: readonly string[];
  /** When the account is deleted, where its owner asked for that. */
  readonly deleteAfter: Date | null;
  readonly lastSeenAt: Date;
  /** The client got an ID token in it. */
  readonly knowsClient: boolean;
}

/** Who is signed in in a browser that comes to authz, and what they allowed the client. */
export interface SignedIn {
  readonly session: KnownSession;
  readonly user: UserClaims;
  readonly consent: GivenConsent | null;
}

const sessionColumns: Columns<KnownSession> = {
  id: 's.id',
  secretHash: 's.secret_hash',
  userId: 'u.id',
  sharesBrowser: 's.shares_browser',
  authTime: 's.auth_time',
  authenticatedAt: 'COALESCE(s.authenticated_at, s.auth_time)',
  amr: 's.amr',
  enrolled: enrolledMethods('u'),
  groups: groupsOf('u'),
  deleteAfter: 'u.delete_after',
  lastSeenAt: 's.last_seen_at',
  knowsClient: 'k.session_id IS NOT NULL',
};

interface KnownBrowser {
  readonly secretHash: Buffer;
  readonly clientId: string;
  readonly now: Date;
}

const findSignedInStatement = coalescedStatement<
  KnownBrowser,
  KnownSession & UserClaims & (GivenConsent | { readonly scopes: null })
>(
  'find_signed_in',
  { secretHash: 'bytea', clientId: 'text', now: 'timestamptz' },
  (p, asked) => `
   SELECT asked.n, ${selected(sessionColumns, userColumns, consentColumns)}
   FROM ${asked}
   JOIN sessions s ON ${keyIs('s.authz_secret_hash', p.secretHash)} AND s.expires_at > ${p.now}
   JOIN users u ON ${keyIs('u.id', 's.user_id')} AND u.disabled_at IS NULL
   JOIN clients c ON ${keyIs('c.client_id', p.clientId)} AND c.disabled_at IS NULL
   LEFT JOIN consents n ON ${keyIs('n.user_id', 's.user_id')} AND ${keyIs('n.client_id', p.clientId)}
   LEFT JOIN session_clients k ON ${keyIs('k.session_id', 's.id')} AND ${keyIs('k.client_id', p.clientId)}`,
);

/**
 * Reads all that an authorization request is decided from besides itself.
 * @returns null where the secret is of no live session, the user is disabled, or the client is
 */
export async function findSignedIn(sql: Sql, browser: KnownBrowser): Promise<SignedIn | null> {
  const [row] = (await sql.query(findSignedInStatement, browser)).rows;
  if (!row) return null;
  return {
    session: pick(row, sessionColumns),
    user: pick(row, userColumns),
    consent: row.scopes === null ? null : pick(row, consentColumns),
  };
}

interface SignedInAnswer extends AnsweredRequest {
  /** By which the session was found. */
  readonly secretHash: Buffer;
}

/** What is to be noted beside an answer. */
export interface AnswerNotes {
  /** Hash of the request_uri that it uses up, where the request was pushed. */
  readonly pushedAs: Buffer | null;
  /** When the session goes idle after this use. */
  readonly idleAt: Date;
}

const answerTypes: ColumnTypes<SignedInAnswer> = {
  secretHash: 'bytea',
  clientId: 'text',
  userId: 'uuid',
  sessionId: 'uuid',
  scopes: 'text[]',
  resources: 'text[]',
  authTime: 'timestamptz',
  amr: 'text[]',
  acr: 'text',
  requestedClaims: 'jsonb',
  payload: 'jsonb',
  authorizationGrantId: 'uuid',
  codeHash: 'bytea',
  codeExpiresAt: 'timestamptz',
  now: 'timestamptz',
  audit: 'jsonb',
};

// What was read may have changed since, so that it is asked once more, and locked until the code is there: what ends the session
// waits then, and sees the grant. Nobody waits in a circle: whoever is being signed out or in anew at this very moment is left out.
const stillAnswerable = (p: ColumnNames<SignedInAnswer>, asked: string): string => `
     SELECT asked.*
     FROM ${asked}
     JOIN sessions s ON ${keyIs('s.authz_secret_hash', p.secretHash)} AND s.expires_at > ${p.now}
       AND s.id = ${p.sessionId} AND s.user_id = ${p.userId}
     JOIN users u ON ${keyIs('u.id', 's.user_id')} AND u.disabled_at IS NULL AND u.delete_after IS NULL
     JOIN clients c ON ${keyIs('c.client_id', p.clientId)} AND c.disabled_at IS NULL
     JOIN consents n ON ${keyIs('n.user_id', 's.user_id')} AND ${keyIs('n.client_id', p.clientId)}
     ORDER BY s.id
     FOR KEY SHARE OF s, n SKIP LOCKED`;

const issueCodeStatement = coalescedStatement<SignedInAnswer>(
  'issue_code',
  answerTypes,
  (p, asked) => `
   WITH answered AS (${stillAnswerable(p, asked)}), ${issuedCode}
   SELECT n FROM answered`,
);

const answerable = columnsIn<AnswerNotes>('answerable');

// Of several in a batch that bring the same pushed request the first uses it up. A session that another batch is just marking as used
// is left to that, since to wait for it would be to wait behind what ends the session, which waits for this batch.
const issueCodeAndNoteStatement = coalescedStatement<SignedInAnswer & AnswerNotes>(
  'issue_code_and_note',
  { ...answerTypes, pushedAs: 'bytea', idleAt: 'timestamptz' },
  (p, asked) => `
   WITH answerable AS (${stillAnswerable(p, asked)}), spent AS (
     UPDATE tokens t SET consumed_at = answerable.now
     FROM (SELECT * FROM answerable WHERE ${answerable.pushedAs} IS NOT NULL ORDER BY ${answerable.pushedAs}, n) answerable
     WHERE ${keyIs('t.value_hash', answerable.pushedAs)} AND t.kind = 'pushed_request' AND t.consumed_at IS NULL
     RETURNING answerable.n
   ), answered AS (
     SELECT * FROM answerable WHERE ${answerable.pushedAs} IS NULL OR n IN (SELECT n FROM spent)
   ), ${issuedCode}, ${rememberedAnswer}, used AS (
     UPDATE sessions s SET last_seen_at = used.now, expires_at = LEAST(s.ends_at, used.idle_at)
     FROM (
       SELECT free.id, sum.now, sum.idle_at
       FROM (SELECT "sessionId" AS id, max(now) AS now, max("idleAt") AS idle_at FROM answered GROUP BY 1 ORDER BY 1) sum
       CROSS JOIN LATERAL (
         SELECT id FROM sessions
         WHERE ${keyIs('id', 'sum.id')} AND last_seen_at <= sum.now - ${touchInterval} * interval '1 millisecond'
         FOR NO KEY UPDATE SKIP LOCKED
       ) free
     ) used
     WHERE ${keyIs('s.id', 'used.id')}
   )
   SELECT n FROM answered`,
);

/**
 * Answers an authorization request in a session that authz knows: authorization grant, code and audit row come into being together.
 * @param notes null where there is nothing more to note than the answer itself: the session was used within {@link touchInterval}, the
 * client is known to it, and the request was not pushed
 * @returns false when the session has ended or begun anew meanwhile, its user or client has been disabled, the consent withdrawn, or
 * the request was pushed and has been answered; nothing is stored then
 */
export async function issueCode(sql: Sql, answer: SignedInAnswer, notes: AnswerNotes | null): Promise<boolean> {
  const { rowCount } = notes
    ? await sql.query(issueCodeAndNoteStatement, { ...answer, ...notes })
    : await sql.query(issueCodeStatement, answer);
  return rowCount === 1;
}
