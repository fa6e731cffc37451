import { describe, expect, it } from '@jest/globals';
import { missingAtSignIn } from '../../../../src/protocol/sign-in/assurance.js';
import type {
  AuthenticationContextClass,
  AuthenticationMethodReference,
} from '../../../../src/protocol/sign-in/authentication-context.js';
import {
  type ConsentFacts,
  type FactorFacts,
  type GivenProof,
  type InteractionError,
  type InteractionRequest,
  impliedPermissions,
  nextStep,
  type PasskeyOffer,
  provenMethods,
  type SessionFacts,
  type Step,
} from '../../../../src/protocol/sign-in/next-step.js';
import type { SecondFactorPolicy } from '../../../../src/protocol/sign-in/sign-in-policy.js';

const at = (seconds: number): Date => new Date(Date.UTC(2030, 0, 1) + seconds * 1000);

const started = 1000;
const now = at(started + 30);
const request = (over: Partial<InteractionRequest> = {}): InteractionRequest => ({
  permissions: ['openid', 'email'],
  prompts: [],
  acrValues: [],
  clientMayBeImpersonated: false,
  consentIsImplicit: false,
  startedAt: at(started),
  ...over,
});
const session = (authTime: number, amr = ['pwd'], authenticatedAt = authTime): SessionFacts => ({
  subject: 'alice',
  authTime: at(authTime),
  authenticatedAt: at(authenticatedAt),
  amr,
});
const consent = (givenAt: number, permissions = ['openid', 'email']): ConsentFacts => ({
  permissions,
  givenAt: at(givenAt),
});

const factorsOf = (over: Partial<FactorFacts> = {}): FactorFacts => ({
  enrolled: ['pwd'],
  demanded: [],
  policy: 'when_enrolled',
  ...over,
});

const login: Step = { kind: 'login', again: false };
const loginAgain: Step = { kind: 'login', again: true };
const done: Step = { kind: 'done' };
const askFor = (...newPermissions: string[]): Step => ({ kind: 'consent', newPermissions });
const refused = (error: InteractionError): Step => ({ kind: 'refused', error });

type Case = [string, InteractionRequest, SessionFacts | undefined, ConsentFacts | undefined, Step];

const signUp: Step = { kind: 'signUp' };
const selectAccount: Step = { kind: 'selectAccount' };

const cases: Case[] = [
  ['prompt=create, nobody is signed in', request({ prompts: ['create'] }), undefined, undefined, signUp],
  ['prompt=create with an old session', request({ prompts: ['create'] }), session(999), consent(10), signUp],
  ['prompt=create after signing in', request({ prompts: ['create'] }), session(1000), consent(10), done],
  ['nobody is signed in', request(), undefined, undefined, login],
  ['signed in, never consented', request(), session(10), undefined, askFor('openid', 'email')],
  ['signed in and consented', request(), session(10), consent(10), done],
  ['more scope than consented', request(), session(10), consent(10, ['openid']), askFor('email')],
  ['less scope than consented', request({ permissions: ['openid'] }), session(10), consent(10), done],
  ['§3.1.2.1 prompt=login with an old session', request({ prompts: ['login'] }), session(999), consent(10), loginAgain],
  ['§3.1.2.1 prompt=login after signing in', request({ prompts: ['login'] }), session(1000), consent(10), done],
  [
    'prompt=login, an old session of a process whose clock is ahead',
    request({ prompts: ['login'] }),
    session(1300, ['pwd'], 999),
    consent(10),
    loginAgain,
  ],
  [
    'prompt=login after signing in, at a process whose clock is behind',
    request({ prompts: ['login'] }),
    session(700, ['pwd'], 1001),
    consent(10),
    done,
  ],
  [
    '§3.1.2.1 prompt=select_account, old session',
    request({ prompts: ['select_account'] }),
    session(10),
    consent(10),
    selectAccount,
  ],
  [
    '§3.1.2.1 prompt=select_account, nobody is signed in',
    request({ prompts: ['select_account'] }),
    undefined,
    undefined,
    selectAccount,
  ],
  [
    '§3.1.2.1 prompt=select_account, an old session that was chosen',
    request({ prompts: ['select_account'], accountIsChosen: true }),
    session(10),
    consent(10),
    done,
  ],
  [
    '§3.1.2.1 prompt=select_account login: whoever was chosen signs in',
    request({ prompts: ['select_account', 'login'], accountIsChosen: true }),
    session(10),
    consent(10),
    loginAgain,
  ],
  [
    '§3.1.2.1 prompt=select_account create: an account is made',
    request({ prompts: ['select_account', 'create'] }),
    session(10),
    consent(10),
    signUp,
  ],
  [
    '§3.1.2.1 a choice does not make a session younger',
    request({ prompts: ['select_account'], accountIsChosen: true, maxAge: 60 }),
    session(10),
    consent(10),
    loginAgain,
  ],
  [
    'others are signed in, nobody is current',
    request({ othersAreSignedIn: true }),
    undefined,
    undefined,
    selectAccount,
  ],
  [
    '§3.1.2.6 others are signed in, nobody is current, and nobody may be asked',
    request({ prompts: ['none'], othersAreSignedIn: true }),
    undefined,
    undefined,
    refused('login_required'),
  ],
  ['others are signed in besides', request({ othersAreSignedIn: true }), session(10), consent(10), done],
  [
    '§3.1.2.1 prompt=select_account, new session',
    request({ prompts: ['select_account'] }),
    session(1001),
    consent(10),
    done,
  ],
  [
    'S6: a client that may be impersonated is asked about each time (RFC 8252 §8.6)',
    request({ clientMayBeImpersonated: true }),
    session(10),
    consent(999),
    askFor(),
  ],
  ['S6: and once in each interaction', request({ clientMayBeImpersonated: true }), session(10), consent(1000), done],
  [
    'S6: nor does prompt=none get anything in silence',
    request({ clientMayBeImpersonated: true, prompts: ['none'] }),
    session(10),
    consent(999),
    refused('interaction_required'),
  ],
  [
    'S6: nobody signed in is what prompt=none hears first',
    request({ clientMayBeImpersonated: true, prompts: ['none'] }),
    undefined,
    undefined,
    refused('login_required'),
  ],
  ['I11: consent is implicit, and nobody is asked', request({ consentIsImplicit: true }), session(10), undefined, done],
  [
    'I11: consent is implicit, and prompt=none succeeds',
    request({ consentIsImplicit: true, prompts: ['none'] }),
    session(10),
    undefined,
    done,
  ],
  ['I11: consent is implicit, nobody signed in', request({ consentIsImplicit: true }), undefined, undefined, login],
  [
    'I11: prompt=consent asks although consent is implicit',
    request({ consentIsImplicit: true, prompts: ['consent'] }),
    session(10),
    undefined,
    askFor('openid', 'email'),
  ],
  [
    'I11: prompt=consent asked although consent is implicit',
    request({ consentIsImplicit: true, prompts: ['consent'] }),
    session(10),
    consent(1000),
    done,
  ],
  [
    'I11: implicit consent is none where the client may be impersonated (RFC 8252 §8.6)',
    request({ consentIsImplicit: true, clientMayBeImpersonated: true }),
    session(10),
    undefined,
    askFor('openid', 'email'),
  ],
  [
    'I11: nor does prompt=none get it in silence',
    request({ consentIsImplicit: true, clientMayBeImpersonated: true, prompts: ['none'] }),
    session(10),
    undefined,
    refused('interaction_required'),
  ],
  ['§3.1.2.1 prompt=consent, old consent', request({ prompts: ['consent'] }), session(10), consent(999), askFor()],
  ['§3.1.2.1 prompt=consent, new consent', request({ prompts: ['consent'] }), session(10), consent(1000), done],
  [
    '§3.1.2.1 prompt=login consent, signed in',
    request({ prompts: ['login', 'consent'] }),
    session(1010),
    consent(10),
    askFor(),
  ],
  ['§3.1.2.1 max_age passed', request({ maxAge: 29 }), session(999), consent(10), loginAgain],
  ['§3.1.2.1 max_age not passed', request({ maxAge: 31 }), session(999), consent(10), done],
  [
    '§3.1.2.1 max_age passed while consenting',
    request({ maxAge: 1 }),
    session(1005),
    undefined,
    askFor('openid', 'email'),
  ],
  ['§3.1.2.1 max_age=0 after signing in', request({ maxAge: 0 }), session(1000), consent(10), done],
  ['§3.1.2.1 hint of the signed-in user', request({ hintedSubject: 'alice' }), session(10), consent(10), done],
  ['§3.1.2.1 hint of another user', request({ hintedSubject: 'bob' }), session(10), consent(10), login],
  [
    '§3.1.2.1 hint of another than just signed in',
    request({ hintedSubject: 'bob' }),
    session(1001),
    consent(10),
    refused('login_required'),
  ],
  [
    '§5.5.1 the user that claims want',
    request({ requestedSubjects: ['bob', 'alice'] }),
    session(10),
    consent(10),
    done,
  ],
  ['§5.5.1 another one', request({ requestedSubjects: ['bob'] }), session(10), consent(10), login],
  [
    '§5.5.1 another one just signed in',
    request({ requestedSubjects: ['bob'] }),
    session(1001),
    consent(10),
    refused('login_required'),
  ],
  [
    '§5.5.1 prompt=none, another one',
    request({ prompts: ['none'], requestedSubjects: ['bob'] }),
    session(10),
    consent(10),
    refused('login_required'),
  ],
  [
    '§5.5.1 claims and the hint want different users',
    request({ requestedSubjects: ['bob'], hintedSubject: 'alice' }),
    session(10),
    consent(10),
    login,
  ],
  ['§3.1.2.6 prompt=none, nobody', request({ prompts: ['none'] }), undefined, undefined, refused('login_required')],
  ['§3.1.2.6 prompt=none, all there', request({ prompts: ['none'] }), session(10), consent(10), done],
  [
    '§3.1.2.6 prompt=none, no consent',
    request({ prompts: ['none'] }),
    session(10),
    undefined,
    refused('consent_required'),
  ],
  [
    '§3.1.2.6 prompt=none, more scope',
    request({ prompts: ['none'] }),
    session(10),
    consent(10, ['openid']),
    refused('consent_required'),
  ],
  [
    '§3.1.2.6 prompt=none, max_age passed',
    request({ prompts: ['none'], maxAge: 1 }),
    session(10),
    consent(10),
    refused('login_required'),
  ],
  [
    '§3.1.2.6 prompt=none, hint of another user',
    request({ prompts: ['none'], hintedSubject: 'bob' }),
    session(10),
    consent(10),
    refused('login_required'),
  ],
];

describe('Next step of an interaction (OIDC Core §3.1.2)', () => {
  it.each(cases)('%s', (_name, asked, signedIn, consented, expected) => {
    expect(nextStep(asked, signedIn, factorsOf(), consented, now)).toEqual(expected);
  });
});

type Methods = readonly AuthenticationMethodReference[];

const withSecondFactor: Methods = ['pwd', 'otp'];
const strong = ['pwd', 'otp', 'mfa'];
const byPasskey: Step = { kind: 'login', again: true, byPasskey: true };
const challenge: Step = { kind: 'challenge', subject: 'alice' };

const wishes: [string, Partial<InteractionRequest>, SessionFacts, Methods, Step][] = [
  ['§3.1.2.1 no wish', {}, session(10), withSecondFactor, done],
  ['§3.1.2.1 a class that the session has', { acrValues: ['aal1'] }, session(10), withSecondFactor, done],
  ['§3.1.2.1 a weaker one than the session has', { acrValues: ['aal1'] }, session(10, strong), withSecondFactor, done],
  ['RFC 9470 §4 a stronger one', { acrValues: ['aal2'] }, session(10), withSecondFactor, challenge],
  ['RFC 9470 §4 the session has it', { acrValues: ['aal2'] }, session(10, strong), withSecondFactor, done],
  [
    '§3.1.2.1 the first of several is preferred',
    { acrValues: ['aal2', 'aal1'] },
    session(10),
    withSecondFactor,
    challenge,
  ],
  ['§3.1.2.1 the weaker one is preferred', { acrValues: ['aal1', 'aal2'] }, session(10), withSecondFactor, done],
  ['§5.5.1 out of the user’s reach, and less would do', { acrValues: ['aal2', 'aal1'] }, session(10), ['pwd'], done],
  ['§5.5.1 a class that nobody knows', { acrValues: ['urn:example:gold'] }, session(10), withSecondFactor, done],
  [
    '§5.5.1 unknown, then stronger',
    { acrValues: ['urn:example:gold', 'aal2'] },
    session(10),
    withSecondFactor,
    challenge,
  ],
  ['§5.5.1 prompt=none', { acrValues: ['aal2'], prompts: ['none'] }, session(10), withSecondFactor, done],
  ['NIST §4.2.1 two methods of one kind', { acrValues: ['aal2', 'aal1'] }, session(10), ['pwd', 'pin'], done],
  ['NIST §4.2.1 a password beside a key', { acrValues: ['aal2'] }, session(10, ['hwk']), ['pwd'], loginAgain],
  ['§5.5.1.1 essential, the session has it', { acrValues: ['aal1'], essentialAcr: true }, session(10), ['pwd'], done],
  [
    '§5.5.1.1 essential, the session has more',
    { acrValues: ['aal1'], essentialAcr: true },
    session(10, strong),
    withSecondFactor,
    done,
  ],
  [
    '§5.5.1.1 essential, within reach',
    { acrValues: ['aal2'], essentialAcr: true },
    session(10),
    withSecondFactor,
    challenge,
  ],
  [
    '§5.5.1.1 essential, within reach, prompt=none',
    { acrValues: ['aal2'], essentialAcr: true, prompts: ['none'] },
    session(10),
    withSecondFactor,
    refused('login_required'),
  ],
  ['§5.5.1.1 essential, out of reach', { acrValues: ['aal2'], essentialAcr: true }, session(10), ['pwd'], loginAgain],
  [
    '§5.5.1.1 essential, out of reach, prompt=none',
    { acrValues: ['aal2'], essentialAcr: true, prompts: ['none'] },
    session(10),
    ['pwd'],
    refused('unmet_authentication_requirements'),
  ],
  ['§5.5.1 out of reach, prompt=none', { acrValues: ['aal2'], prompts: ['none'] }, session(10), ['pwd'], done],
  ['a passkey is all that would do', { acrValues: ['aal2'] }, session(10), ['pwd', 'swk'], byPasskey],
  ['a sign-in just now was too weak', { acrValues: ['aal2'] }, session(1010), withSecondFactor, challenge],
];

describe('Requested authentication context (OIDC Core §3.1.2.1 acr_values)', () => {
  it.each(wishes)('%s', (_name, wish, signedIn, enrolled, expected) => {
    expect(nextStep(request(wish), signedIn, factorsOf({ enrolled }), consent(10), now)).toEqual(expected);
  });
});

const candidate = { subject: 'alice', enrolled: withSecondFactor, demanded: [], proven: ['pwd'] };
const demandedBy = (policy: SecondFactorPolicy): AuthenticationContextClass[] =>
  policy === 'required' ? ['aal2'] : [];

describe('Second factors (NIST SP 800-63B §4.2)', () => {
  it.each<[string, SecondFactorPolicy, Partial<InteractionRequest>, SessionFacts | undefined, Step]>([
    ['optional: not asked for', 'optional', {}, undefined, { kind: 'login', again: false }],
    ['optional: a client may ask', 'optional', { acrValues: ['aal2'] }, undefined, challenge],
    ['when_enrolled: at each sign-in', 'when_enrolled', {}, undefined, challenge],
    ['when_enrolled: not in a session that goes on', 'when_enrolled', {}, session(10), done],
    ['when_enrolled: after prompt=login', 'when_enrolled', { prompts: ['login'] }, session(10), challenge],
    ['of who becomes another user', 'when_enrolled', {}, { ...session(10), subject: 'bob' }, challenge],
    ['required: in a session that goes on', 'required', {}, session(10), challenge],
    ['required: not twice', 'required', {}, session(10, strong), done],
    ['required, prompt=none', 'required', { prompts: ['none'] }, session(10), refused('login_required')],
    ['never with prompt=none', 'when_enrolled', { prompts: ['none'] }, undefined, refused('login_required')],
  ])('%s', (_name, policy, over, signedIn, expected) => {
    const factors = factorsOf({ enrolled: withSecondFactor, candidate, policy, demanded: demandedBy(policy) });
    expect(nextStep(request(over), signedIn, factors, consent(10), now)).toEqual(expected);
  });

  it.each<[SecondFactorPolicy, Methods, string[], string[]]>([
    ['optional', withSecondFactor, [], []],
    ['when_enrolled', withSecondFactor, [], ['otp']],
    ['when_enrolled', ['pwd'], [], []],
    ['required', ['pwd'], ['aal2'], []],
    ['optional', withSecondFactor, ['aal2'], ['otp']],
    ['when_enrolled', ['pwd', 'swk'], [], []],
    ['required', ['pwd', 'swk'], [], ['swk']],
    ['when_enrolled', ['pwd', 'otp', 'swk'], [], ['otp', 'swk']],
  ])('%s: of %j, where %j is wished for, a password leaves %j', (policy, enrolled, acrValues, missing) => {
    const wanted = { acrValues, demanded: demandedBy(policy) };
    expect(missingAtSignIn(wanted, policy, ['pwd'], enrolled)).toEqual(missing);
  });
});

const enrol = (over: object = {}): Step => ({
  kind: 'enrol',
  wanted: 'aal2',
  mayDecline: false,
  justSignedIn: true,
  ...over,
});

describe('More than a user has set up (NIST SP 800-63B-4 §4.1.2.1)', () => {
  const essential = { acrValues: ['aal2'], essentialAcr: true };
  const wish = { acrValues: ['aal2'] };
  it.each<[string, Partial<InteractionRequest>, SessionFacts, Partial<FactorFacts>, Step]>([
    ['demanded: set up right after a sign-in', {}, session(1000), { demanded: ['aal2'] }, enrol()],
    ['demanded, a session from before: first a new sign-in', {}, session(10), { demanded: ['aal2'] }, loginAgain],
    ['demanded, the session has it', {}, session(10, strong), { demanded: ['aal2'] }, done],
    [
      'demanded, prompt=none',
      { prompts: ['none'] },
      session(10),
      { demanded: ['aal2'] },
      refused('interaction_required'),
    ],
    ['demanded, prompt=login', { prompts: ['login'] }, session(10), { demanded: ['aal2'] }, loginAgain],
    ['a passkey is demanded', {}, session(1000), { demanded: ['aal2', 'phr'] }, enrol({ wanted: 'phr' })],
    [
      'a passkey is demanded of who has an app: the app is asked first',
      {},
      session(1000),
      { demanded: ['aal2', 'phr'], enrolled: withSecondFactor },
      challenge,
    ],
    [
      '… and then a passkey is set up',
      {},
      session(1000, strong),
      { demanded: ['aal2', 'phr'], enrolled: withSecondFactor },
      enrol({ wanted: 'phr' }),
    ],
    [
      'two factors are demanded of who has a passkey',
      {},
      session(10),
      { demanded: ['aal2'], enrolled: ['pwd', 'swk'] },
      byPasskey,
    ],
    ['§5.5.1.1 essential', essential, session(1000), {}, enrol()],
    ['§5.5.1.1 essential, a session from before', essential, session(10), {}, loginAgain],
    ['§5.5.1.1 essential: no is no answer', essential, session(1000), { enrolmentDeclined: true }, enrol()],
    ['§5.5.1 wished for', wish, session(1000), {}, enrol({ mayDecline: true })],
    [
      '§5.5.1 wished for, a session from before',
      wish,
      session(10),
      {},
      enrol({ mayDecline: true, justSignedIn: false }),
    ],
    ['§5.5.1 wished for: no is an answer', wish, session(10), { enrolmentDeclined: true }, done],
    ['§5.5.1 wished for and demanded', wish, session(1000), { demanded: ['aal2'], enrolmentDeclined: true }, enrol()],
    ['a passkey is wished for', { acrValues: ['phr'] }, session(1000), {}, enrol({ wanted: 'phr', mayDecline: true })],
    ['… or a second factor', { acrValues: ['phr', 'aal2'] }, session(1000), {}, enrol({ mayDecline: true })],
    [
      'wished for of who has an app that was not asked for',
      { acrValues: ['phr'] },
      session(1000),
      { enrolled: withSecondFactor, policy: 'optional' },
      challenge,
    ],
  ])('%s', (_name, over, signedIn, factors, expected) => {
    expect(nextStep(request(over), signedIn, factorsOf(factors), consent(10), now)).toEqual(expected);
  });

  it('who proves a password and has a passkey, where two factors are demanded, goes on with that', () => {
    const halfway = { ...candidate, enrolled: ['pwd', 'swk'], demanded: ['aal2'] } as const;
    const step = nextStep(request(), undefined, factorsOf({ candidate: halfway }), undefined, now);
    expect(step).toEqual({ kind: 'login', again: false, byPasskey: true });
  });
});

describe('How a user has been proven so far (NIST SP 800-63B §4.2.3)', () => {
  const proofs: GivenProof[] = [
    { subject: 'alice', amr: 'otp' },
    { subject: 'bob', amr: 'hwk' },
  ];
  it.each<[string, Partial<InteractionRequest>, SessionFacts | undefined, readonly string[]]>([
    ['by the user’s own proofs', {}, undefined, ['otp']],
    ['and by the session', {}, session(10), ['pwd', 'otp']],
    ['not by another user’s session', {}, { ...session(10), subject: 'bob' }, ['otp']],
    ['not by one that prompt=login wants renewed', { prompts: ['login'] }, session(10), ['otp']],
    ['not by one that is older than max_age', { maxAge: 1 }, session(10), ['otp']],
    ['by one that prompt=login has renewed', { prompts: ['login'] }, session(1010), ['pwd', 'otp']],
  ])('%s', (_name, over, signedIn, expected) => {
    expect(provenMethods('alice', request(over), signedIn, proofs, now)).toEqual(expected);
  });
});

describe('I11: what a client gets on its operator’s word (OIDC Core §3.1.2.4)', () => {
  it.each([
    ['all, where the user allowed nothing', true, undefined, ['openid', 'email']],
    ['what the user did not allow', true, consent(10, ['openid']), ['email']],
    ['nothing, where the user allowed all', true, consent(10), []],
    ['nothing, where consent is explicit', false, undefined, []],
  ] as const)('%s', (_, consentIsImplicit, given, implied) =>
    expect(impliedPermissions(request({ consentIsImplicit }), given)).toEqual(implied),
  );
});

describe('The offer of a passkey (WebAuthn Level 3 §5.1.3)', () => {
  const offer: Step = { kind: 'offerPasskey' };
  it.each<[string, PasskeyOffer | undefined, string[], AuthenticationMethodReference[], number, string[], Step]>([
    ['right after a password', 'able', ['pwd'], ['pwd'], 1000, [], offer],
    ['not where the browser can make none', undefined, ['pwd'], ['pwd'], 1000, [], askFor('openid', 'email')],
    ['not where it was declined', 'declined', ['pwd'], ['pwd'], 1000, [], askFor('openid', 'email')],
    ['not to whoever has one', 'able', ['pwd'], ['pwd', 'swk'], 1000, [], askFor('openid', 'email')],
    [
      'not to whoever has an app that was not asked for',
      'able',
      ['pwd'],
      ['pwd', 'otp'],
      1000,
      [],
      askFor('openid', 'email'),
    ],
    ['not after a sign-in without a password', 'able', ['otp'], ['pwd', 'otp'], 1000, [], askFor('openid', 'email')],
    ['not in a session from before', 'able', ['pwd'], ['pwd'], 999, [], askFor('openid', 'email')],
    ['not with prompt=none', 'wanted', ['pwd'], ['pwd'], 1000, ['none'], refused('consent_required')],
    ['after a passkey of another device', 'wanted', ['swk', 'user', 'mfa'], ['pwd', 'swk'], 1000, [], offer],
  ])('%s', (_name, passkeyOffer, amr, enrolled, authenticatedAt, prompts, expected) => {
    const factors = factorsOf({ enrolled, passkeyOffer });
    expect(nextStep(request({ prompts }), session(authenticatedAt, amr), factors, undefined, now)).toEqual(expected);
  });
});

describe('An account that is about to be deleted', () => {
  const deleteAfter = at(9000);
  it.each<[string, Partial<InteractionRequest>, number, Step]>([
    ['can be kept by whoever signs in', {}, 1000, { kind: 'keepAccount', deleteAfter }],
    ['… and in a session from before', {}, 10, { kind: 'keepAccount', deleteAfter }],
    ['is signed in to first', { prompts: ['login'] }, 10, loginAgain],
    ['answers no client with prompt=none', { prompts: ['none'] }, 10, refused('interaction_required')],
    ['allows no device', { forDevice: true }, 1000, { kind: 'keepAccount', deleteAfter }],
  ])('%s', (_name, over, authTime, expected) => {
    const factors = factorsOf({ passkeyOffer: 'able' });
    expect(nextStep(request(over), { ...session(authTime), deleteAfter }, factors, consent(10), now)).toEqual(expected);
  });
});
