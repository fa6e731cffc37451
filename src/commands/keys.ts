import { keyIdOf } from '../crypto/encryption.js';
import { rotationOf } from '../jobs/rotate-keys.js';
import { listSigningKeys, rewrapSigningKeys, rotateSigningKeys } from '../storage/signing-keys.js';
import type { CommandSession } from './connection.js';

export async function printKeys({ sql, clock, print }: CommandSession): Promise<void> {
  const now = clock.now();
  const signing = new Set<string>();
  for (const { kid, alg, activatesAt, expiresAt, privateJwk } of await listSigningKeys(sql, now)) {
    const waits = activatesAt > now;
    const state = waits ? `signs from ${activatesAt.toISOString()}` : signing.has(alg) ? 'published' : 'signs';
    if (!waits) signing.add(alg);
    const end = expiresAt ? `until ${expiresAt.toISOString()}` : '-';
    print([kid, alg, state, end, `under ${keyIdOf(privateJwk)}`].join('\t'));
  }
}

/** Publishes the next keys; `immediately` skips the lead, for the case that a key is known to others. */
export async function rotateKeys(session: CommandSession, { immediately }: { immediately: boolean }): Promise<void> {
  const { manager, config, random, print } = session;
  const rotation = rotationOf(config, random);
  const lead = immediately ? 0 : rotation.publishLead;
  for (const key of await rotateSigningKeys(manager, { ...rotation, publishLead: lead }, session.change())) {
    const what = key.alreadyWaiting ? 'waits already' : 'published';
    print(`${key.alg}\t${key.kid}\t${what}, signs from ${key.activatesAt.toISOString()}`);
  }
}

export async function rewrapKeys(session: CommandSession): Promise<void> {
  const { manager, config, print } = session;
  const count = await rewrapSigningKeys(manager, config.keyEncryptionKeys, session.change());
  print(`rewrapped ${count} signing keys under "${config.keyEncryptionKeys.current.id}"`);
}
