import type { PasswordProblem } from '../../../protocol/password/policy.js';
import { findOwnTotp } from '../../../storage/factors/own-second-factor.js';
import { listPasskeys } from '../../../storage/factors/passkeys.js';
import { listLinkedIdentities } from '../../../storage/federation/linked-identities.js';
import type { Idp } from '../../deps.js';
import {
  passkeyName,
  providersOf,
  removeOwnAuthenticator,
  removeOwnPasskey,
  renameOwnPasskey,
  setOwnPassword,
  unlinkOwnIdentity,
} from '../ways-in/changes.js';
import {
  type ApiAnswer,
  type ApiMethods,
  done,
  type FreshCall,
  found,
  invalid,
  nothingThere,
  refused,
  signInEnded,
} from './call.js';

async function passkeysOf({ sql }: Idp, userId: string) {
  const passkeys = await listPasskeys(sql, userId);
  return passkeys.map(({ id, name, createdAt, lastUsedAt, flaggedAt, backedUp }) => ({
    id,
    name,
    created_at: createdAt,
    last_used_at: lastUsedAt,
    backed_up: backedUp,
    /** It may have been copied, and is no longer accepted. */
    flagged: flaggedAt !== null,
  }));
}

async function linksOf(idp: Idp, userId: string) {
  const identities = await listLinkedIdentities(idp.sql, { userId, providers: providersOf(idp) });
  return identities.map(({ provider, subject, label, linkedAt, lastUsedAt }) => ({
    provider,
    subject,
    label,
    linked_at: linkedAt,
    last_used_at: lastUsedAt,
  }));
}

async function authenticatorOf({ sql }: Idp, userId: string) {
  const totp = await findOwnTotp(sql, userId);
  return (
    totp && { created_at: totp.createdAt, last_used_at: totp.lastUsedAt, unused_recovery_codes: totp.recoveryCodes }
  );
}

/** Nobody takes away the last by which they can sign in. */
async function removedUnlessLast(removed: boolean, isTheirs: () => Promise<boolean>): Promise<ApiAnswer> {
  if (removed) return done;
  const isLast = await isTheirs();
  return isLast ? refused(409, 'only_way_in', 'There is no other way to sign in to the account.') : nothingThere();
}

const passwordSentences: Readonly<Record<PasswordProblem, string>> = {
  short: 'The password is too short.',
  long: 'The password is too long.',
  repetitive: 'The password repeats itself or is a sequence.',
  common: 'The password is one that everybody tries first.',
  context: 'The password is made of a name.',
  breached: 'The password was found among stolen ones.',
};

async function changePassword(idp: Idp, { owner, account, body }: FreshCall): Promise<ApiAnswer> {
  const { password } = body;
  if (typeof password !== 'string') return invalid('password', 'There is no password.');
  const problem = await idp.passwordCheck.problem(password, [account.username, account.email]);
  if (problem) return refused(422, 'invalid_value', passwordSentences[problem], { members: ['password'], problem });
  return (await setOwnPassword(idp, owner, password, null)) ? done : signInEnded();
}

/** By what somebody signs in. What a browser or an app has to take part in is made on the pages. */
export const waysInMethods = (
  idp: Idp,
): ApiMethods<'password' | 'passkeys' | 'passkey' | 'authenticator' | 'links' | 'link'> => ({
  password: { POST: { answerFresh: (call) => changePassword(idp, call) } },
  passkeys: { GET: { answer: async ({ owner }) => found({ passkeys: await passkeysOf(idp, owner.userId) }) } },
  passkey: {
    PATCH: {
      async answerFresh({ owner, segment, body }) {
        const name = typeof body.name === 'string' ? passkeyName(body.name) : undefined;
        if (name === undefined) return invalid('name', 'A name of visible characters is missing.');
        return (await renameOwnPasskey(idp, owner, segment('passkey'), name)) ? done : nothingThere();
      },
    },
    DELETE: {
      changesFactors: true,
      async answerFresh({ owner, segment }) {
        const passkey = segment('passkey');
        return removedUnlessLast(await removeOwnPasskey(idp, owner, passkey), async () =>
          (await passkeysOf(idp, owner.userId)).some(({ id }) => id === passkey),
        );
      },
    },
  },
  authenticator: {
    GET: { answer: async ({ owner }) => found({ authenticator: await authenticatorOf(idp, owner.userId) }) },
    DELETE: {
      changesFactors: true,
      answerFresh: async ({ owner }) => ((await removeOwnAuthenticator(idp, owner)) ? done : nothingThere()),
    },
  },
  links: { GET: { answer: async ({ owner }) => found({ links: await linksOf(idp, owner.userId) }) } },
  link: {
    DELETE: {
      async answerFresh({ owner, segment }) {
        const [provider, subject] = [segment('provider'), segment('subject')];
        return removedUnlessLast(await unlinkOwnIdentity(idp, owner, provider, subject), async () =>
          (await linksOf(idp, owner.userId)).some((each) => each.provider === provider && each.subject === subject),
        );
      },
    },
  },
});
