/** How a user proved who he is, each method by its registered name (RFC 8176 §2, OIDC Core §2 `amr`). */
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
  | 'mfa';

/** What a method proves: something that the user knows, has or is (RFC 8176 §2). Those absent prove no factor of their own. */
const factors: Partial<Record<AuthenticationMethodReference, 'knowledge' | 'possession' | 'inherence'>> = {
  pwd: 'knowledge',
  pin: 'knowledge',
  kba: 'knowledge',
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

/** What an `acr` of ours can be, weakest first (OIDC Core §2). */
export const authenticationContextClasses = ['aal1', 'aal2'] as const;

/** One factor is `aal1`, two different ones are `aal2` (NIST SP 800-63B §4). */
export type AuthenticationContextClass = (typeof authenticationContextClasses)[number];

/** The ways to prove oneself that the identity provider has (RFC 8176 §2). */
export const availableMethods: readonly AuthenticationMethodReference[] = ['pwd'];

/** The `acr` that a set of methods amounts to (OIDC Core §2). Two methods of one kind stay one factor. */
export function authenticationContextClass(methods: readonly string[]): AuthenticationContextClass {
  if (methods.includes('mfa')) return 'aal2';
  const proved = new Set(methods.flatMap((method) => factors[method as AuthenticationMethodReference] ?? []));
  return proved.size >= 2 ? 'aal2' : 'aal1';
}

/** Methods of one sign-in as `amr` lists them, with `mfa` once two factors are there (RFC 8176 §2). */
export function methodReferences(
  methods: readonly AuthenticationMethodReference[],
): readonly AuthenticationMethodReference[] {
  const distinct = [...new Set(methods)];
  return authenticationContextClass(distinct) === 'aal2' && !distinct.includes('mfa') ? [...distinct, 'mfa'] : distinct;
}

/** Published as acr_values_supported (OIDC Discovery §3): only what the available methods can amount to. */
export const attainableContextClasses: readonly AuthenticationContextClass[] = authenticationContextClasses.slice(
  0,
  authenticationContextClasses.indexOf(authenticationContextClass(availableMethods)) + 1,
);
