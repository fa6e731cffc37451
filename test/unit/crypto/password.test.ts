import { describe, expect, it } from '@jest/globals';
import { hash as argon2Hash } from '@node-rs/argon2';
import { OverloadedError } from '../../../src/crypto/hashing-queue.js';
import { createPasswordHasher } from '../../../src/crypto/password.js';
import { storablePasswordHash } from '../../../src/protocol/password/hash.js';
import { importedHashes, importedPassword } from '../../support/imported-hashes.js';

const cheap = { memoryKib: 64, iterations: 1, parallelism: 1, concurrency: 1, queue: 1, queuePerAddress: 1 };

describe('hashes of other systems', () => {
  const hasher = createPasswordHasher(cheap);

  it.each(Object.entries(importedHashes))('%s matches its password only, and is to be made anew', async (_, text) => {
    const encoded = storablePasswordHash(text) ?? '';
    expect(await hasher.verify(encoded, importedPassword)).toEqual({ matches: true, needsRehash: true });
    expect(await hasher.verify(encoded, `${importedPassword}.`)).toMatchObject({ matches: false });
    expect(await hasher.verify(encoded, '')).toMatchObject({ matches: false });
  });

  it.each(['$2b$04$', '$2y$04$', '$pbkdf2-sha256$i=1000$', '$scrypt$ln=4,r=8,p=1$'])(
    'S23: an unknown user is judged as by %s, and never matches',
    async (parameters) => {
      expect(await hasher.verify(null, 'x', { parameters })).toMatchObject({ matches: false });
    },
  );

  it('what is none is an error, not a refusal', async () => {
    await expect(hasher.verify('$2b$31$', 'x')).rejects.toThrow('cannot be verified');
  });
});

describe('Argon2id (RFC 9106)', () => {
  it('matches its own hash only, and never for an unknown user', async () => {
    const hasher = createPasswordHasher(cheap);
    const encoded = await hasher.hash('correct horse');
    expect(encoded).toMatch(/^\$argon2id\$/);
    expect(await hasher.verify(encoded, 'correct horse')).toEqual({ matches: true, needsRehash: false });
    expect(await hasher.verify(encoded, 'wrong')).toMatchObject({ matches: false });
    expect(await hasher.verify(null, 'no password has this hash')).toMatchObject({ matches: false });
  });

  it('an unknown user takes a place like any other: the answer is not there sooner (ASVS §2.2.1)', async () => {
    const hasher = createPasswordHasher({ ...cheap, queue: 0 });
    const outcomes = await Promise.allSettled([hasher.verify(null, 'a'), hasher.verify(null, 'b')]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected']);
  });

  it('S23: an unknown user is judged with the parameters that are asked for: those that Argon2 refuses are refused', async () => {
    const hasher = createPasswordHasher(cheap);
    const parameters = '$argon2id$v=19$m=64,t=2,p=1$';
    expect(await hasher.verify(null, 'x', { parameters })).toEqual({ matches: false, needsRehash: true });
    await expect(hasher.verify(null, 'x', { parameters: '$argon2id$v=19$m=64,t=0,p=1$' })).rejects.toThrow();
  });

  it('says that a hash of other parameters should be made anew', async () => {
    const encoded = await createPasswordHasher({ ...cheap, memoryKib: 128 }).hash('x');
    expect(await createPasswordHasher(cheap).verify(encoded, 'x')).toEqual({ matches: true, needsRehash: true });
  });

  it('one text is one password, however a keyboard writes it (NIST SP 800-63B-4 §3.1.1.2)', async () => {
    const hasher = createPasswordHasher(cheap);
    const [composed, decomposed] = ['Z\u00fcrich', 'Zu\u0308rich'];
    const encoded = await hasher.hash(decomposed);
    expect(await hasher.verify(encoded, composed)).toEqual({ matches: true, needsRehash: false });
    expect(await hasher.verify(encoded, decomposed)).toEqual({ matches: true, needsRehash: false });
  });

  it('a hash from before, made of the other form, goes on working and is made anew', async () => {
    const hasher = createPasswordHasher(cheap);
    const decomposed = 'Zu\u0308rich';
    const encoded = await argon2Hash(decomposed, { memoryCost: 64, timeCost: 1, parallelism: 1 });
    expect(await hasher.verify(encoded, decomposed)).toEqual({ matches: true, needsRehash: true });
    expect(await hasher.verify(encoded, 'Zu\u0308rick')).toMatchObject({ matches: false });
  });

  it('turns the third of three away where one may run and one may wait', async () => {
    const hasher = createPasswordHasher(cheap);
    const outcomes = await Promise.allSettled([hasher.hash('a'), hasher.hash('b'), hasher.hash('c')]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect((outcomes[2] as PromiseRejectedResult).reason).toBeInstanceOf(OverloadedError);
    await expect(hasher.hash('d')).resolves.toMatch(/^\$argon2id\$/);
  });
});
