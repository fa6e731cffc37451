import type { Argv } from 'yargs';
import { type KeyView, listKeys, rewrapKeys, rotateKeys, withdrawKey } from '../administration/keys.js';
import { ConfigError } from '../config/faults.js';
import type { KeyAlgorithm } from '../crypto/jwt.js';
import { isSigningAlgorithm } from '../protocol/signing-algorithm.js';
import type { Connected, RunCommand } from './connection.js';

/** What a key does that is in use. */
const useOf = (alg: KeyAlgorithm): string => (isSigningAlgorithm(alg) ? 'signs' : 'is encrypted to');

const states: Readonly<Record<KeyView['state'], (key: KeyView) => string>> = {
  waiting: ({ alg, activatesAt }) => `${useOf(alg)} from ${activatesAt.toISOString()}`,
  'in use': ({ alg }) => useOf(alg),
  replaced: ({ alg }) => (isSigningAlgorithm(alg) ? 'published' : 'decrypts'),
};

async function printKeys({ administration, print }: Connected): Promise<void> {
  for (const key of await listKeys(administration)) {
    const end = key.expiresAt ? `until ${key.expiresAt.toISOString()}` : '-';
    print([key.kid, key.alg, states[key.state](key), end, `under ${key.keyEncryptionKeyId}`].join('\t'));
  }
}

async function rotate({ administration, print }: Connected, options: { readonly immediately: boolean }): Promise<void> {
  for (const { alg, kid, activatesAt, alreadyWaiting } of await rotateKeys(administration, options)) {
    const what = alreadyWaiting ? 'waits already' : isSigningAlgorithm(alg) ? 'published' : 'made';
    print(`${alg}\t${kid}\t${what}, ${useOf(alg)} from ${activatesAt.toISOString()}`);
  }
}

async function withdraw({ administration, print }: Connected, kid: string): Promise<void> {
  const { alg, successor, believedFor } = await withdrawKey(administration, kid);
  if (isSigningAlgorithm(alg)) {
    print(`withdrew ${kid}; what it signed is refused by authz and idp within ${believedFor / 1000} s`);
    print('rs believes it for up to 5 min more, other resource servers as long as they keep the key set: restart them');
  } else print(`withdrew ${kid}; what is encrypted to it is refused by authz within ${believedFor / 1000} s`);
  if (successor) print(`${alg}\t${successor.kid}\t${useOf(alg)} in its place`);
}

async function rewrap({ administration, print }: Connected): Promise<void> {
  const { count, keyEncryptionKeyId } = await rewrapKeys(administration);
  print(`rewrapped ${count} keys and secrets under "${keyEncryptionKeyId}"`);
}

export const keyCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command('list', 'list keys: kid, algorithm, state, end', {}, () => run(printKeys))
    .command(
      'rotate',
      'make the next keys, to sign and be encrypted to after signing_keys.publish_lead',
      (builder) =>
        builder.option('immediately', {
          type: 'boolean',
          default: false,
          describe: 'use them at once; verifiers that cache may fail for as long as they do',
        }),
      ({ immediately }) => run((connected) => rotate(connected, { immediately })),
    )
    .command(
      'withdraw [kid]',
      'withdraw a key that others may know: what it signed counts for nothing any more',
      (builder) =>
        builder.positional('kid', {
          type: 'string',
          describe: 'of keys list; --kid=KID for one that begins with a dash',
        }),
      ({ kid }) => {
        if (kid === undefined) throw new ConfigError('Say which key: its kid, as keys list has it.');
        return run((connected) => withdraw(connected, kid));
      },
    )
    .command('rewrap', 'encrypt private keys under the first of key_encryption_keys', {}, () => run(rewrap))
    .demandCommand(1, 'Say what to do with keys.');
