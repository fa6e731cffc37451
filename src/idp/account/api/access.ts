import { listApplications } from '../../../storage/grants/applications.js';
import { listOwnSessions } from '../../../storage/sessions/own-sessions.js';
import type { Idp } from '../../deps.js';
import { permissionsOf } from '../access/applications.js';
import { activityOf, endSessionsOf, mostSessions, withdrawOwnAccess } from '../access/changes.js';
import { type ApiCall, type ApiMethods, done, found, nothingThere } from './call.js';

const doneOrNothingThere = (happened: boolean) => (happened ? done : nothingThere());

async function sessionsOf({ sql, clock }: Idp, { owner, seen }: ApiCall): Promise<object> {
  const sessions = await listOwnSessions(sql, { userId: owner.userId, most: mostSessions, now: clock.now() });
  return sessions.map(({ id, device, authTime, lastSeenAt }) => ({
    id: seen.sidOf(id),
    device,
    signed_in_at: authTime,
    last_seen_at: lastSeenAt,
    current: id === owner.sessionId,
  }));
}

async function applicationsOf(idp: Idp, { owner }: ApiCall): Promise<object> {
  const applications = await listApplications(idp.sql, owner.userId, idp.clock.now());
  return applications.map((each) => ({
    client_id: each.clientId,
    client_name: each.name,
    permissions: permissionsOf(idp, each),
    since: each.since,
    current: each.clientId === owner.clientId,
  }));
}

async function activity(idp: Idp, { owner, query }: ApiCall): Promise<object> {
  const { events, next } = await activityOf(idp, owner.userId, query.get('before') ?? null);
  const told = events.map(({ type, occurredAt, client, address, change }) => ({
    type,
    occurred_at: occurredAt,
    client,
    address,
    change,
  }));
  return { activity: told, next };
}

/** Where somebody is signed in, what has access, and what happened. */
export const accessMethods = (
  idp: Idp,
): ApiMethods<'sessions' | 'session' | 'applications' | 'application' | 'activity'> => ({
  sessions: {
    GET: { answer: async (call) => found({ sessions: await sessionsOf(idp, call) }) },
    DELETE: {
      async answer({ owner }) {
        await endSessionsOf(idp, owner, null);
        return done;
      },
    },
  },
  session: {
    DELETE: {
      answer: async ({ owner, seen, segment }) =>
        doneOrNothingThere(await endSessionsOf(idp, owner, seen.sessionOf(segment('session')))),
    },
  },
  applications: { GET: { answer: async (call) => found({ applications: await applicationsOf(idp, call) }) } },
  application: {
    DELETE: {
      answer: async ({ owner, segment }) => doneOrNothingThere(await withdrawOwnAccess(idp, owner, segment('client'))),
    },
  },
  activity: { GET: { answer: async (call) => found(await activity(idp, call)) } },
});
