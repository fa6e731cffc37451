import type { Asked } from '../../http/request/asked.js';
import { linkIdentity } from '../../storage/federation/linked-identities.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { accountPath } from '../interaction/paths.js';
import { federationGone } from '../interaction/refusal.js';
import type { Visit } from '../interaction/visit.js';
import { fromLinks, refusedAnswer } from './answers.js';
import { snapshotOf } from './sign-in.js';
import type { Upstream, UpstreamIdentity } from './upstream.js';

interface Linking {
  readonly upstream: Upstream;
  readonly identity: UpstreamIdentity;
  readonly visit: Visit;
  readonly asked: Asked;
  /** Who wanted it, and has to be signed in still. */
  readonly linkTo: string;
}

/** Links an identity with the account of whoever asked for it at their account and is back in the same session's browser. */
export async function linkToAccount(idp: Idp, { upstream, identity, visit, asked, linkTo }: Linking): Promise<Answer> {
  const { session } = visit;
  if (session?.userId !== linkTo) throw federationGone();
  const { provider } = upstream;
  const detail = { provider: provider.id };
  const event = { type: 'identity_linked', userId: linkTo, sessionId: session.id, detail } as const;
  const now = idp.clock.now();
  const notice = idp.mailing.notice('identity_linked', { at: now.toISOString() });
  const outcome = await idp.events.recordWith(
    asked,
    event,
    (audit) =>
      linkIdentity(idp.sql, {
        userId: linkTo,
        sessionSecretHash: session.secretHash,
        provider: provider.id,
        subject: identity.subject,
        snapshot: snapshotOf(provider, identity),
        now,
        audit,
        notice,
      }),
    ({ isNew }) => (isNew ? {} : null),
  );
  if (outcome.isNew) idp.mailing.tell(notice, outcome.notice);
  if (outcome.ownerId === linkTo) return { seeOther: accountPath(idp, 'accountLinks') };
  return refusedAnswer(upstream, fromLinks(idp, visit.view), (text, name) => ({
    status: 409,
    title: text.takenTitle(name),
    message: text.taken(name),
  }));
}
