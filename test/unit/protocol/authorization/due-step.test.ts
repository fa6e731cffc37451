import { describe, expect, it } from '@jest/globals';
import {
  allowedPermissions,
  askedPermissions,
  dueStep,
  momentAfter,
  provenFor,
  type RequestFacts,
} from '../../../../src/protocol/authorization/due-step.js';
import { type ClientMetadata, readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import type { SignInRule } from '../../../../src/protocol/sign-in/sign-in-policy.js';
import { validatedRequest } from '../../../support/validated-request.js';

const api = 'https://api.example';
const rules = {
  issuer: 'https://issuer.example',
  resources: [{ identifier: api, scopes: ['read'] }],
  defaultResource: api,
  claims: { scopes: {} },
  factors: { email: 'off' as const },
  policy: { secondFactor: 'when_enrolled' as const, signIn: [] },
};
const { metadata: clientMetadata } = readClientMetadata({
  redirect_uris: ['https://client.example/callback'],
  token_endpoint_auth_method: 'none',
  scope: 'openid read',
});
const at = (seconds: number): Date => new Date(1_700_000_000_000 + seconds * 1_000);

type Over = Omit<Partial<RequestFacts>, 'request'> & { request?: Parameters<typeof validatedRequest>[0] | object };

function metadata(): ClientMetadata {
  if (!clientMetadata) throw new Error('the client is none');
  return clientMetadata;
}

/** Signed in, consented to everything, and a request that came a minute later. */
function factsOf({ request = {}, ...over }: Over = {}): RequestFacts {
  return {
    request: validatedRequest({ clientId: 'client', scopes: ['openid', 'read'], ...request }),
    clientMetadata: metadata(),
    begunAt: at(60),
    session: {
      userId: 'user',
      authTime: at(0),
      authenticatedAt: at(0),
      amr: ['pwd'],
      enrolled: ['pwd'],
      groups: ['staff'],
    },
    consent: { scopes: [], permissions: ['openid', `read ${api}`], givenAt: at(1) },
    ...over,
  };
}

describe('The step that an authorization request needs (OIDC Core §3.1.2.3, §3.1.2.4)', () => {
  it.each<[string, Over, object]>([
    ['nothing', {}, { kind: 'done' }],
    ['nobody is signed in', { session: null, consent: null }, { kind: 'login', again: false }],
    ['no consent', { consent: null }, { kind: 'consent', newPermissions: ['openid', `read ${api}`] }],
    [
      'a consent for less',
      { consent: { scopes: [], permissions: ['openid'], givenAt: at(1) } },
      { kind: 'consent', newPermissions: [`read ${api}`] },
    ],
    ['prompt=login', { request: { prompts: ['login'] } }, { kind: 'login', again: true }],
    ['max_age', { request: { maxAge: 30 } }, { kind: 'login', again: true }],
    ['a hint at another user', { request: { hintedSubject: 'other' } }, { kind: 'login', again: false }],
    ['prompt=none and no consent', { consent: null, request: { prompts: ['none'] } }, { error: 'consent_required' }],
  ])('%s', (_, over, step) => {
    expect(dueStep(factsOf(over), rules, at(60))).toMatchObject(step);
  });

  it.each([
    ['optional', ['pwd', 'otp'], 'done'],
    ['when_enrolled', ['pwd', 'otp'], 'done'],
    ['required', ['pwd', 'otp'], 'challenge'],
    ['required', ['pwd'], 'login'],
  ] as const)('a second factor is %s, of %j, in a session by password: %s', (secondFactor, enrolled, kind) => {
    const facts = factsOf();
    if (!facts.session) throw new Error('nobody is signed in');
    const known = { ...facts, session: { ...facts.session, enrolled } };
    expect(dueStep(known, { ...rules, policy: { secondFactor, signIn: [] } }, at(60))).toMatchObject({ kind });
  });

  it.each<[string, SignInRule[], Over, string]>([
    ['of the user’s group', [{ acr: 'aal2', groups: ['staff'] }], {}, 'login'],
    ['of another group', [{ acr: 'aal2', groups: ['guests'] }], {}, 'done'],
    ['for the client', [{ acr: 'aal2', clients: ['client'] }], {}, 'login'],
    ['for another client', [{ acr: 'aal2', clients: ['other'] }], {}, 'done'],
    ['for a client, to the own account', [{ acr: 'aal2', clients: ['client'] }], { clientMetadata: null }, 'done'],
    ['of the client’s own', [], { clientMetadata: { ...metadata(), minimum_acr: 'aal2' } }, 'login'],
  ])('a rule %s', (_, signIn, over, kind) => {
    const policy = { secondFactor: 'when_enrolled', signIn } as const;
    expect(dueStep(factsOf(over), { ...rules, policy }, at(60))).toMatchObject({ kind });
  });

  it('permissions are those of the resources that the token is for (RFC 8707 §2)', () => {
    const request = validatedRequest({ clientId: 'client', scopes: ['openid', 'read'] });
    expect(askedPermissions(request, rules)).toEqual(['openid', `read ${api}`]);
    expect(allowedPermissions(null, rules)).toEqual([]);
    expect(allowedPermissions({ scopes: ['read'], permissions: [] }, rules)).toEqual([`read ${api}`]);
  });

  it('proofs of this request count with the session’s, for the same user only', () => {
    const facts = { ...factsOf(), proofs: [{ subject: 'other', amr: 'otp' } as const] };
    expect(provenFor('user', facts, rules, at(60))).toEqual(['pwd']);
    expect(provenFor('other', facts, rules, at(60))).toEqual(['otp']);
  });
});

describe('A request that is decided upon as it comes (OIDC Core §3.1.2.1)', () => {
  it.each([
    ['the session', { session: factsOf().session, consent: null }],
    ['the consent', { session: null, consent: factsOf().consent }],
    ['both', factsOf()],
  ])('comes after %s, whatever the clock says', (_, known) => {
    const begunAt = momentAfter(known);
    for (const moment of [known.session?.authenticatedAt, known.consent?.givenAt])
      if (moment) expect(begunAt.getTime()).toBeGreaterThan(moment.getTime());
  });

  it('is not answered by the session that is there when it wants a new one', () => {
    const facts = factsOf({ request: { prompts: ['login'] } });
    expect(dueStep({ ...facts, begunAt: momentAfter(facts) }, rules, at(-3_600))).toMatchObject({ kind: 'login' });
  });
});
