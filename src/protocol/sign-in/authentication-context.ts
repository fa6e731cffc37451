/**
 * How users prove who they are, each method by its registered name (RFC 8176 §2, OIDC Core §2 `amr`), but for `fed`: another provider
 * vouches for them. No name is registered for that, and this one is what others call it.
 */
export type AuthenticationMethodReference =
  | 'pwd'
  | 'pin'
  | 'kba'
  | 'otp'
  | 'sms'
  | 'tel'
  | 'hwk'
  | 'swk'
  | 'sc'
  | 'pop'
  | 'fpt'
  | 'face'
  | 'user'
  | 'mca'
  | 'mfa'
  | 'fed';

type Factor = 'knowledge' | 'possession' | 'inherence';

/** What a method proves: something that the user knows, has or is (RFC 8176 §2). Those absent prove no factor of their own. */
const factors: Readonly<Partial<Record<AuthenticationMethodReference, Factor>>> = {
  pwd: 'knowledge',
  pin: 'knowledge',
  kba: 'knowledge',
  // How they signed in over there is not known: no more is taken for granted than a password.
  fed: 'knowledge',
  // A code by mail, over a second channel (RFC 8176 §2): a mailbox opens with a password, and is no device (NIST SP 800-63B-4 §3.1.3.1).
  mca: 'knowledge',
  otp: 'possession',
  sms: 'possession',
  tel: 'possession',
  hwk: 'possession',
  swk: 'possession',
  sc: 'possession',
  pop: 'possession',
  fpt: 'inherence',
  face: 'inherence',
};

/** What an `acr` of ours can be (OIDC Core §2): two levels, weakest first, and `phr` (OpenID EAP ACR Values §2). */
export const authenticationContextClasses = ['aal1', 'aal2', 'phr'] as const;

export type AuthenticationContextClass = (typeof authenticationContextClasses)[number];

/** One factor is `aal1`, two different ones are `aal2` (NIST SP 800-63B §4). */
export type AssuranceLevel = Exclude<AuthenticationContextClass, 'phr'>;

/** The ways to prove who one is that the identity provider offers (RFC 8176 §2). */
export const availableMethods: readonly AuthenticationMethodReference[] = ['pwd', 'otp', 'hwk', 'swk'];

/**
 * A passkey: what it signs is good for one site only, whoever asks for it (OpenID EAP ACR Values §2). It can verify its user, and is
 * two factors then.
 */
export const isPasskey = (method: string): boolean => method === 'hwk' || method === 'swk';

const factorsOf = (methods: readonly string[]): ReadonlySet<Factor> =>
  new Set(methods.flatMap((method) => factors[method as AuthenticationMethodReference] ?? []));

/** The level that a set of methods amounts to (NIST SP 800-63B §4). Two methods of one kind stay one factor. */
export const authenticationContextClass = (methods: readonly string[]): AssuranceLevel =>
  methods.includes('mfa') || factorsOf(methods).size >= 2 ? 'aal2' : 'aal1';

/** Whether a set of methods amounts to a class (NIST SP 800-63B §4, OpenID EAP ACR Values §2). */
export const isEnough = (methods: readonly string[], wanted: AuthenticationContextClass): boolean =>
  wanted === 'phr' ? methods.some(isPasskey) : wanted === 'aal1' || authenticationContextClass(methods) === wanted;

/** Whether somebody can reach a class with what they have set up or proven: a passkey can verify its user (OIDC Core §5.5.1). */
export const isWithinReach = (methods: readonly string[], wanted: AuthenticationContextClass): boolean =>
  isEnough(methods.some(isPasskey) ? [...methods, 'mfa'] : methods, wanted);

/** Those of `acr_values` that mean something here (OIDC Core §3.1.2.1), in their order. */
export const knownClasses = (acrValues: readonly string[]): readonly AuthenticationContextClass[] =>
  acrValues.flatMap((value) => authenticationContextClasses.find((name) => name === value) ?? []);

/**
 * What a sign-in should amount to: the first of `acr_values` that is within the user's reach. The values come in order of
 * preference, and they are a wish: one that nothing can fulfil is passed over, never an error (OIDC Core §3.1.2.1, §5.5.1).
 * @param methods those that the user has set up or has proven already
 */
export function wantedContextClass(
  acrValues: readonly string[],
  methods: readonly string[],
): AuthenticationContextClass {
  return knownClasses(acrValues).find((wanted) => isWithinReach(methods, wanted)) ?? authenticationContextClasses[0];
}

/** The `acr` that a client is told: `phr` only where it asked for that rather than for the sign-in's level (OIDC Core §2 `acr`). */
export function toldContextClass(acrValues: readonly string[], methods: readonly string[]): AuthenticationContextClass {
  const given = authenticationContextClass(methods);
  const fitting = (wanted: AuthenticationContextClass) => wanted === given || wanted === 'phr';
  return knownClasses(acrValues).find((wanted) => fitting(wanted) && isEnough(methods, wanted)) ?? given;
}

/**
 * The `acr` of a sign-in that has to be one of those asked for (OIDC Core §5.5.1.1): its own, or the first that it is more than enough
 * for; undefined where it is not enough.
 */
export function requiredContextClass(
  acrValues: readonly string[],
  methods: readonly string[],
): AuthenticationContextClass | undefined {
  const told = toldContextClass(acrValues, methods);
  const known = knownClasses(acrValues);
  return known.includes(told) ? told : known.find((wanted) => isEnough(methods, wanted));
}

/**
 * The methods that a user has set up and that would add a factor to those proven, or what else the class needs; none once it
 * is enough for the class (NIST SP 800-63B §4.2.1).
 */
export function missingMethods(
  wanted: AuthenticationContextClass,
  proven: readonly string[],
  enrolled: readonly AuthenticationMethodReference[],
): readonly AuthenticationMethodReference[] {
  if (proven.length > 0 && isEnough(proven, wanted)) return [];
  if (wanted === 'phr') return enrolled.filter(isPasskey);
  const provenFactors = factorsOf(proven);
  const adds = (method: string) => [...factorsOf([method])].some((factor) => !provenFactors.has(factor));
  return enrolled.filter((method) => method !== 'mca' && (adds(method) || isPasskey(method)));
}

/** Methods of one sign-in as `amr` lists them, with `mfa` once two factors are there (RFC 8176 §2). */
export function methodReferences(methods: readonly string[]): readonly string[] {
  const distinct = [...new Set(methods)];
  return authenticationContextClass(distinct) === 'aal2' && !distinct.includes('mfa') ? [...distinct, 'mfa'] : distinct;
}

/** Published as acr_values_supported (OIDC Discovery §3): only what the available methods can amount to. */
export const attainableContextClasses: readonly AuthenticationContextClass[] = authenticationContextClasses.filter(
  (name) => isEnough(availableMethods, name),
);
