import type { IdentityProvider } from '../../config/identity-providers.js';
import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { addressBlock } from '../../protocol/address-block.js';
import {
  decideFederation,
  derivedUsername,
  federatedMethods,
  federatedProfile,
  identityLabel,
} from '../../protocol/sign-in/federation.js';
import {
  createFederatedUser,
  type FederationLook,
  lookForFederatedIdentity,
} from '../../storage/federation/federated-identities.js';
import { keepUpstreamSession } from '../../storage/federation/upstream-sessions.js';
import { keepPendingLink } from '../../storage/interactions/interaction-progress.js';
import type { SignInAccount } from '../../storage/people/users.js';
import type { IdentitySnapshot } from '../../storage/schema/federated-identities.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { hubPath } from '../interaction/paths.js';
import type { Visit } from '../interaction/visit.js';
import { acceptProof } from '../sign-in/accept-proof.js';
import { recordFailure } from '../sign-in/failure.js';
import { presentedTrust } from '../sign-in/trusted-browser.js';
import { fromSignIn, refusedAnswer } from './answers.js';
import type { Upstream, UpstreamIdentity } from './upstream.js';

/** Somebody who came back from a provider that vouches for them. */
interface Arrival {
  readonly upstream: Upstream;
  readonly identity: UpstreamIdentity;
  readonly visit: Visit;
  readonly asked: Asked;
}

const mostLooks = 4;

/** What is kept of an identity. */
export const snapshotOf = ({ claims: mapping }: IdentityProvider, { claims }: UpstreamIdentity): IdentitySnapshot => ({
  label: identityLabel(claims, mapping),
});

const profileOf = (idp: Idp, { upstream: { provider }, identity }: Arrival) =>
  federatedProfile(identity.claims, {
    mapping: provider.claims,
    trustsEmail: provider.trustEmail,
    custom: idp.config.claims.scopes,
  });

function fail(idp: Idp, { asked, visit }: Arrival, reason: 'disabled' | 'unknown_identity', userId?: string): void {
  recordFailure(idp, asked, addressBlock(asked.address ?? ''), { userId, clientId: visit.clientId, reason });
}

/** @returns null when the account is no longer what it was when it was looked at */
async function signInTo(
  idp: Idp,
  arrival: Arrival,
  account: SignInAccount,
  trustedBrowser: string | null,
): Promise<Answer | null> {
  const { upstream, identity, visit, asked } = arrival;
  if (account.disabledAt) {
    fail(idp, arrival, 'disabled', account.id);
    return refusedAnswer(upstream, fromSignIn(idp, visit), (text) => ({
      status: 403,
      title: text.disabledTitle,
      message: text.disabled,
    }));
  }
  const { provider } = upstream;
  const { keyEncryptionKeys } = idp.config;
  const place = { idHash: hashToken(visit.interactionId), userId: account.id, now: idp.clock.now() };
  const { session } = identity;
  if (session) await keepUpstreamSession(idp.sql, keyEncryptionKeys, { ...place, session });
  const cookies = await acceptProof(idp, asked, visit, {
    account,
    trustedBrowser,
    amr: federatedMethods(identity.claims, provider.trustAcr),
    forgiven: { keys: [], share: null },
    effects: { identity: { provider: provider.id, subject: identity.subject } },
  });
  return cookies && { seeOther: hubPath(idp, visit), cookies };
}

function refuse(idp: Idp, arrival: Arrival): Answer {
  fail(idp, arrival, 'unknown_identity');
  return refusedAnswer(arrival.upstream, fromSignIn(idp, arrival.visit), (text, name) => ({
    status: 403,
    title: text.unknownTitle(name),
    message: text.unknown(name),
  }));
}

/** Somebody has the address: whoever came back signs in to that account, and both are linked. */
async function askForProof(idp: Idp, { upstream: { provider }, identity, visit }: Arrival, ownerId: string | null) {
  if (ownerId === null) throw new Error('nobody has the address');
  await keepPendingLink(idp.sql, {
    idHash: hashToken(visit.interactionId),
    link: {
      provider: provider.id,
      subject: identity.subject,
      userId: ownerId,
      snapshot: snapshotOf(provider, identity),
    },
    now: idp.clock.now(),
  });
  return { seeOther: hubPath(idp, visit, 'otherAccount') };
}

/** @param attempt from the second on the username has something added by which it is another */
async function create(idp: Idp, arrival: Arrival, attempt: number): Promise<void> {
  const {
    upstream: { provider },
    identity,
    asked,
  } = arrival;
  const id = idp.random.uuid();
  const name = derivedUsername(identity.claims, provider.claims);
  const username = attempt === 1 ? name : `${name}-${id.slice(0, 6)}`;
  const event = { type: 'user_changed', userId: id, detail: { change: 'created', provider: provider.id } } as const;
  await idp.events.recordWith(asked, event, (audit) =>
    createFederatedUser(idp.sql, {
      id,
      username,
      ...profileOf(idp, arrival),
      provider: provider.id,
      subject: identity.subject,
      snapshot: snapshotOf(provider, identity),
      now: idp.clock.now(),
      audit,
    }),
  );
}

const decide = ({ account, ownerId }: FederationLook, { upstream: { provider } }: Arrival) =>
  decideFederation({
    isLinked: account !== null,
    addressIsTaken: ownerId !== null,
    onUnknown: provider.onUnknown,
  });

/** Signs in whose identity it is, or says why not. What is found may change meanwhile: then it is looked at again. */
export async function signInByProvider(idp: Idp, arrival: Arrival, look = 1): Promise<Answer> {
  if (look > mostLooks) throw new Error('an account changes faster than somebody can sign in to it');
  const {
    upstream: { provider },
    identity: { subject },
  } = arrival;
  const { email } = profileOf(idp, arrival);
  const trust = { presentedTrust: presentedTrust(idp, arrival.visit.cookies), now: idp.clock.now() };
  const found = await lookForFederatedIdentity(idp.sql, { provider: provider.id, subject, email, ...trust });
  switch (decide(found, arrival)) {
    case 'sign_in': {
      const answer = found.account && (await signInTo(idp, arrival, found.account, found.trustedBrowser));
      return answer ?? signInByProvider(idp, arrival, look + 1);
    }
    case 'create':
      await create(idp, arrival, look);
      return signInByProvider(idp, arrival, look + 1);
    case 'prove_account':
      return askForProof(idp, arrival, found.ownerId);
    case 'refuse':
      return refuse(idp, arrival);
  }
}
