import type { JsonWebKey } from 'node:crypto';
import { EntitySchema } from 'typeorm';
import type { KeyAlgorithm } from '../../crypto/jwt.js';

/** A key pair that every process shares. The private half is encrypted under a key-encryption key. */
export interface KeyPairRow<Alg extends KeyAlgorithm = KeyAlgorithm> {
  readonly kid: string;
  readonly alg: Alg;
  readonly publicJwk: JsonWebKey;
  readonly privateJwk: Buffer;
  readonly createdAt: Date;
  /** One that signs is published before; one that is encrypted to is published from here on, and decrypts before. */
  readonly activatesAt: Date;
  /** Null until a successor is made; then when nothing that was made with it is of use any more. */
  readonly expiresAt: Date | null;
}

/** Keys that sign and keys that others encrypt to are in tables of their own, which have the same columns. */
export type KeyTable = 'signing_keys' | 'encryption_keys';

const entityOf = (name: KeyTable) =>
  new EntitySchema<KeyPairRow>({
    name,
    columns: {
      kid: { type: 'text', primary: true, primaryKeyConstraintName: `${name}_pkey` },
      alg: { type: 'text' },
      publicJwk: { type: 'jsonb', name: 'public_jwk' },
      privateJwk: { type: 'bytea', name: 'private_jwk' },
      createdAt: { type: 'timestamptz', name: 'created_at' },
      activatesAt: { type: 'timestamptz', name: 'activates_at' },
      expiresAt: { type: 'timestamptz', name: 'expires_at', nullable: true },
    },
  });

export const keyPairEntities = [entityOf('signing_keys'), entityOf('encryption_keys')];
