import { claimsOf } from '../../../storage/people/users.js';
import type { Idp } from '../../deps.js';
import { askForDeletion, dataOf, emailProblem, mailEmailLink } from '../self/changes.js';
import { eachOwnClaim, type OwnClaims, ownClaims, ownClaimsOf, saveOwnClaims } from '../self/own-claims.js';
import { type ApiAnswer, type ApiCall, type ApiMethods, done, found, invalid, refused, signInEnded } from './call.js';

/** What the body says of each claim, over what is stored; undefined where it says something else than a text or null. */
function entered(body: ApiCall['body'], stored: OwnClaims): OwnClaims | undefined {
  const known: readonly string[] = ownClaims;
  const isGood = Object.entries(body).every(
    ([name, value]) => known.includes(name) && (value === null || typeof value === 'string'),
  );
  if (!isGood) return undefined;
  return eachOwnClaim((name) => {
    const value = body[name];
    if (value === undefined) return stored[name];
    return typeof value === 'string' ? value.trim() : '';
  });
}

async function changeProfile(idp: Idp, { owner, user, body }: ApiCall): Promise<ApiAnswer> {
  const stored = ownClaimsOf(user.claims);
  const claims = entered(body, stored);
  if (!claims) {
    return refused(400, 'invalid_request', `Only these can be set, each to a text or null: ${ownClaims.join(', ')}.`);
  }
  const members = await saveOwnClaims(idp, owner, stored, claims);
  if (members.length === 0) return done;
  return refused(422, 'invalid_value', 'Some members cannot be stored like that. Nothing was changed.', { members });
}

const emailSentences = {
  noAddress: 'This is no e-mail address.',
  same: 'This is the address of the account already.',
} as const;

/** Details, address, data and end of the account. */
export const selfMethods = (idp: Idp): ApiMethods<'profile' | 'email' | 'data' | 'deletion'> => ({
  profile: {
    GET: { answer: async ({ owner, seen, user }) => found({ ...claimsOf(user), sub: seen.subjectOf(owner.userId) }) },
    PATCH: { answer: (call) => changeProfile(idp, call) },
  },
  email: {
    POST: {
      async answerFresh({ owner, account, body }) {
        const email = typeof body.email === 'string' ? body.email.trim().normalize('NFC') : '';
        const problem = emailProblem(account, email);
        if (problem) return invalid('email', emailSentences[problem]);
        await mailEmailLink(idp, owner, email);
        return { status: 202 };
      },
    },
  },
  data: { GET: { answerFresh: async ({ account, seen }) => found(await dataOf(idp, account, seen)) } },
  deletion: {
    POST: {
      async answerFresh({ owner }) {
        const until = await askForDeletion(idp, owner);
        return until ? { status: 202, body: { delete_after: until } } : signInEnded();
      },
    },
  },
});
