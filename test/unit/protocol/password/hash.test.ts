import { describe, expect, it } from '@jest/globals';
import { parsePasswordHash, storablePasswordHash } from '../../../../src/protocol/password/hash.js';
import { importedHashes } from '../../../support/imported-hashes.js';

const salt = 'MDEyMzQ1Njc4OWFiY2RlZg';
const key = 'xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8';

describe('password hashes of other systems (PHC string format, RFC 8018 §5.2, RFC 7914 §2)', () => {
  it.each(Object.entries(importedHashes))('%s is stored in a form that is read again', (_, text) => {
    const stored = storablePasswordHash(text) ?? '';
    expect(parsePasswordHash(stored)).toBeDefined();
    expect(storablePasswordHash(stored)).toBe(stored);
    expect(stored).toMatch(/^\$(argon2id|2[aby]|pbkdf2-sha(1|256|512)|scrypt)\$/);
  });

  it('Django’s salt is text, passlib’s alphabet has a dot', () => {
    expect(storablePasswordHash(importedHashes['PBKDF2-SHA256 (Django)'] ?? '')).toBe(
      '$pbkdf2-sha256$i=1000$c2FsdHlzYWx0$mFrNkv5iSGH91rz48G6wvz9xKZihQ03KmTZTWR8gDAo',
    );
    expect(storablePasswordHash(importedHashes['PBKDF2-SHA256 (passlib)'] ?? '')).toBe(
      '$pbkdf2-sha256$i=1000$++++++++++8AESIz$6Ezft0JZXpDStNYAVuHvGbUlqb5HD2TDJBEHy5E/bwA',
    );
  });

  it.each([
    ['nothing', ''],
    ['a password', 'correct horse battery'],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['SHA-512 crypt', '$6$rounds=5000$saltsalt$abcdefghijklmnopqrstuvwxyz'],
    ['Argon2i', `$argon2i$v=19$m=64,t=2,p=1$${salt}$${key}`],
    ['an older version of Argon2id', `$argon2id$v=16$m=64,t=2,p=1$${salt}$${key}`],
    ['bcrypt over SHA-256', `bcrypt_sha256$$2b$12$${'a'.repeat(53)}`],
    ['bcrypt that is cut off', `$2b$12$${'a'.repeat(52)}`],
    ['a line break', `$2b$12$${'a'.repeat(53)}\n`],
    ['PBKDF2 with MD5', `$pbkdf2-md5$i=1000$${salt}$${key}`],
    ['no salt', `$scrypt$ln=10,r=8,p=1$$${key}`],
  ])('%s is none', (_, text) => expect(storablePasswordHash(text)).toBeUndefined());

  it.each([
    ['Argon2id, memory', `$argon2id$v=19$m=131073,t=1,p=1$${salt}$${key}`],
    ['Argon2id, passes', `$argon2id$v=19$m=64,t=11,p=1$${salt}$${key}`],
    ['Argon2id, both together', `$argon2id$v=19$m=131072,t=10,p=1$${salt}$${key}`],
    ['Argon2id, no passes', `$argon2id$v=19$m=64,t=0,p=1$${salt}$${key}`],
    ['Argon2id, less memory than lanes need', `$argon2id$v=19$m=8,t=1,p=2$${salt}$${key}`],
    ['bcrypt', `$2b$15$${'a'.repeat(53)}`],
    ['bcrypt, less than there can be', `$2b$03$${'a'.repeat(53)}`],
    ['PBKDF2', `$pbkdf2-sha256$i=2000001$${salt}$${key}`],
    ['PBKDF2, none', `$pbkdf2-sha256$i=0$${salt}$${key}`],
    ['scrypt, memory', `$scrypt$ln=18,r=8,p=1$${salt}$${key}`],
    ['scrypt, work', `$scrypt$ln=17,r=8,p=5$${salt}$${key}`],
    ['scrypt, numbers that overflow', `$scrypt$ln=99,r=9999,p=9999$${salt}$${key}`],
  ])('what costs too much to verify is not taken: %s', (_, text) => expect(storablePasswordHash(text)).toBeUndefined());

  it.each([
    ['Argon2id', `$argon2id$v=19$m=65536,t=3,p=4$${salt}$${key}`],
    ['bcrypt', `$2y$12$${'a'.repeat(53)}`],
    ['PBKDF2 as Django 5.2 makes it', `pbkdf2_sha256$1000000$saltysalt$${key}=`],
    ['scrypt as OWASP recommends it', `$scrypt$ln=17,r=8,p=1$${salt}$${key}`],
  ])('what is usual is taken: %s', (_, text) => expect(storablePasswordHash(text)).toBeDefined());
});
