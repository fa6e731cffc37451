import type { JsonWebKeySet, MemberReader } from './member-reader.js';

/** How the key of a JWE comes to a client (RFC 7518 §4.1): RSA with PKCS #1 v1.5 padding is not among them (RFC 8725 §3.2). */
export const keyEncryptions = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as const;
export type KeyEncryption = (typeof keyEncryptions)[number];

/** How its content is encrypted (RFC 7518 §5.1). */
export const contentEncryptions = ['A128CBC-HS256', 'A256GCM'] as const;
export type ContentEncryption = (typeof contentEncryptions)[number];

/** What of that a client registered for each answer (OIDC Registration §2, RFC 9701 §6). */
export interface EncryptedAnswers {
  readonly id_token_encrypted_response_alg?: KeyEncryption;
  readonly id_token_encrypted_response_enc?: ContentEncryption;
  readonly userinfo_encrypted_response_alg?: KeyEncryption;
  readonly userinfo_encrypted_response_enc?: ContentEncryption;
  readonly introspection_encrypted_response_alg?: KeyEncryption;
  readonly introspection_encrypted_response_enc?: ContentEncryption;
}

const answers = ['id_token', 'userinfo', 'introspection'] as const;

/** The members of {@link EncryptedAnswers} as they arrive (OIDC Registration §2). */
export const readEncryptedAnswers = (read: MemberReader) => ({
  id_token_encrypted_response_alg: read.oneOf('id_token_encrypted_response_alg', keyEncryptions),
  id_token_encrypted_response_enc: read.oneOf('id_token_encrypted_response_enc', contentEncryptions),
  userinfo_encrypted_response_alg: read.oneOf('userinfo_encrypted_response_alg', keyEncryptions),
  userinfo_encrypted_response_enc: read.oneOf('userinfo_encrypted_response_enc', contentEncryptions),
  introspection_encrypted_response_alg: read.oneOf('introspection_encrypted_response_alg', keyEncryptions),
  introspection_encrypted_response_enc: read.oneOf('introspection_encrypted_response_enc', contentEncryptions),
});

/** A content encryption needs a way for its key, and that one needs keys of the client (OIDC Registration §2). */
export function checkEncryptedAnswers(
  metadata: EncryptedAnswers & { readonly jwks?: JsonWebKeySet; readonly jwks_uri?: string },
  { fault }: MemberReader,
): void {
  for (const answer of answers) {
    const [alg, enc] = [`${answer}_encrypted_response_alg`, `${answer}_encrypted_response_enc`] as const;
    if (metadata[enc] && !metadata[alg]) fault(enc, `needs ${alg}`);
    if (metadata[alg] && !metadata.jwks && !metadata.jwks_uri) fault(alg, 'needs jwks or jwks_uri');
    const keys = metadata.jwks?.keys;
    if (metadata[alg] && keys && !findEncryptionKey(keys, metadata[alg])) fault(alg, 'fits no key of jwks');
  }
}

export interface Encryption {
  readonly alg: KeyEncryption;
  readonly enc: ContentEncryption;
}

const encryption = (alg: KeyEncryption | undefined, enc: ContentEncryption = 'A128CBC-HS256'): Encryption | undefined =>
  alg && { alg, enc };

/** How ID tokens are encrypted; undefined where they are only signed (OIDC Registration §2). */
export const idTokenEncryption = (client: EncryptedAnswers): Encryption | undefined =>
  encryption(client.id_token_encrypted_response_alg, client.id_token_encrypted_response_enc);

/** The same for userinfo (OIDC Registration §2). */
export const userinfoEncryption = (client: EncryptedAnswers): Encryption | undefined =>
  encryption(client.userinfo_encrypted_response_alg, client.userinfo_encrypted_response_enc);

/** The same for introspection responses in a JWT (RFC 9701 §6). */
export const introspectionEncryption = (client: EncryptedAnswers): Encryption | undefined =>
  encryption(client.introspection_encrypted_response_alg, client.introspection_encrypted_response_enc);

type Key = JsonWebKeySet['keys'][number];

const curves: readonly unknown[] = ['P-256', 'P-384', 'P-521', 'X25519'];

const isOfType = ({ kty, crv }: Key, alg: KeyEncryption): boolean =>
  alg === 'RSA-OAEP-256' ? kty === 'RSA' : (kty === 'EC' || kty === 'OKP') && curves.includes(crv);

/**
 * The first of a client's keys that fits: of the type, for encryption or for anything, and for no other algorithm (RFC 7517 §4.2,
 * §4.4, OIDC Core §10.2).
 */
export const findEncryptionKey = (keys: readonly Key[], alg: KeyEncryption): Key | undefined => {
  const fitting = keys.filter(
    (key) =>
      isOfType(key, alg) && (key.use === undefined || key.use === 'enc') && (key.alg === undefined || key.alg === alg),
  );
  return fitting.find(({ use }) => use === 'enc') ?? fitting[0];
};
