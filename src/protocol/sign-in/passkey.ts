import type { AuthenticationMethodReference } from './authentication-context.js';

/** Whether a passkey may be copied to other devices: its backup eligibility (WebAuthn Level 3 §6.1.3). */
export type PasskeyDeviceType = 'single' | 'multi';

/** What an authenticator says of itself as it signs (WebAuthn Level 3 §6.1). */
export interface PasskeyUse {
  readonly deviceType: PasskeyDeviceType;
  /** It asked for a PIN, a fingerprint or the like. */
  readonly userVerified: boolean;
}

/** How a user was proven by a passkey (RFC 8176 §2): with user verification it is two factors. */
export const passkeyMethods = ({ deviceType, userVerified }: PasskeyUse): readonly AuthenticationMethodReference[] => [
  deviceType === 'single' ? 'hwk' : 'swk',
  'user',
  ...(userVerified ? (['mfa'] as const) : []),
];

/**
 * Whether a signature counter says that there is a second copy of the key (WebAuthn Level 3 §7.2 step 22). Authenticators that
 * do not count say 0 each time.
 */
export const isClonedBy = (storedCounter: number, counter: number): boolean =>
  (storedCounter > 0 || counter > 0) && counter <= storedCounter;

/** The user handle of a user, 16 bytes in base64url (WebAuthn Level 3 §5.4.3): the id itself, which says nothing about anybody. */
export const userHandleOf = (userId: string): string =>
  Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url');

/** An authenticator's answer, as `toJSON()` of a PublicKeyCredential writes it (WebAuthn Level 3 §5.1.8). */
export interface PasskeyAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: Readonly<Record<string, unknown>> & { readonly clientDataJSON: string };
  readonly clientExtensionResults: Readonly<Record<string, unknown>>;
  readonly authenticatorAttachment?: string | undefined;
}

/** Longer than any that an authenticator may make (WebAuthn Level 3 §4: 1023 bytes). */
const credentialId = /^[\w-]{16,1364}$/;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads what the page's script sent (WebAuthn Level 3 §5.1.8). Undefined where it is no such thing; nothing is verified yet. */
export function parsePasskeyAnswer(text: string): PasskeyAnswer | undefined {
  const answer = parsedJson(text);
  if (!isRecord(answer) || !isRecord(answer.response)) return undefined;
  const { id, rawId, type, response } = answer;
  if (typeof id !== 'string' || !credentialId.test(id) || rawId !== id || type !== 'public-key') return undefined;
  const { clientDataJSON } = response;
  if (typeof clientDataJSON !== 'string') return undefined;
  return {
    id,
    rawId,
    type,
    response: { ...response, clientDataJSON },
    clientExtensionResults: {},
    authenticatorAttachment: answer.authenticatorAttachment === 'cross-platform' ? 'cross-platform' : undefined,
  };
}

/** The challenge that an answer is to (WebAuthn Level 3 §5.8.1), for telling a stale page from a forged answer. */
export function answeredChallenge({ response }: PasskeyAnswer): string | undefined {
  const client = parsedJson(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'));
  return isRecord(client) && typeof client.challenge === 'string' ? client.challenge : undefined;
}

/** Whether the account that the authenticator names is the credential's (WebAuthn Level 3 §7.2 step 6). */
export const isOwnHandle = ({ response }: PasskeyAnswer, userId: string): boolean =>
  response.userHandle === userHandleOf(userId);

/** What a page asks a browser for (WebAuthn Level 3 §5.5), in the form of `parseRequestOptionsFromJSON()`. */
export interface PasskeyRequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly userVerification: 'preferred' | 'required';
}

/** What a password manager is told of an account (WebAuthn Level 3 §5.1.10): it forgets what is not listed. */
export interface AcceptedPasskeys {
  readonly rpId: string;
  /** The user handle. */
  readonly userId: string;
  readonly allAcceptedCredentialIds: readonly string[];
  readonly name: string;
  readonly displayName: string;
}

/** What the Signal API of a browser takes (WebAuthn Level 3 §5.1.10.2, §5.1.10.3). */
export const acceptedPasskeys = (rpId: string, user: PasskeyOwner, ids: readonly string[]): AcceptedPasskeys => ({
  rpId,
  userId: userHandleOf(user.id),
  allAcceptedCredentialIds: ids,
  name: user.username,
  displayName: user.displayName ?? user.username,
});

/** A user as their password manager shows them (WebAuthn Level 3 §5.4.3). */
export interface PasskeyOwner {
  readonly id: string;
  readonly username: string;
  readonly displayName: string | null;
}

/** EdDSA, ES256 and RS256, as COSE numbers them (RFC 9053 §2, RFC 8812 §2), the preferred first. */
export const passkeyAlgorithms: readonly number[] = [-8, -7, -257];

/**
 * What a page asks a browser to make (WebAuthn Level 3 §5.4), in the form of `parseCreationOptionsFromJSON()`: one that its
 * authenticator finds by itself, that verifies its user, and of whose model nothing is to be proven.
 */
export const passkeyCreationOptions = (
  rp: { readonly id: string; readonly name: string },
  owner: PasskeyOwner,
  challenge: string,
  existing: readonly { readonly id: string; readonly transports: readonly string[] }[],
) => ({
  rp,
  user: { id: userHandleOf(owner.id), name: owner.username, displayName: owner.displayName ?? owner.username },
  challenge,
  pubKeyCredParams: passkeyAlgorithms.map((alg) => ({ type: 'public-key', alg })),
  excludeCredentials: existing.map(({ id, transports }) => ({ type: 'public-key', id, transports })),
  authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
  attestation: 'none',
});

export type PasskeyCreationOptions = ReturnType<typeof passkeyCreationOptions>;

const knownTransports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** How the authenticator of a new passkey can be reached, as far as the names are known (WebAuthn Level 3 §5.8.4). */
export const answeredTransports = ({ response: { transports } }: PasskeyAnswer): string[] =>
  Array.isArray(transports) ? knownTransports.filter((name) => transports.includes(name)) : [];
