import { describe, expect, it } from '@jest/globals';
import {
  demandedClasses,
  type SignInPolicy,
  type SignInScene,
} from '../../../../src/protocol/sign-in/sign-in-policy.js';

const policy = (over: Partial<SignInPolicy> = {}): SignInPolicy => ({
  secondFactor: 'when_enrolled',
  signIn: [],
  ...over,
});
const scene = (over: Partial<SignInScene> = {}): SignInScene => ({ groups: [], clientId: 'app', ...over });

describe('What an operator demands of a sign-in (NIST SP 800-63B §4)', () => {
  it.each<[string, SignInPolicy, SignInScene, string[]]>([
    ['nothing', policy(), scene(), []],
    ['policy.second_factor', policy({ secondFactor: 'required' }), scene(), ['aal2']],
    ['everyone', policy({ signIn: [{ acr: 'aal2', everyone: true }] }), scene(), ['aal2']],
    ['a group', policy({ signIn: [{ acr: 'aal2', groups: ['a', 'b'] }] }), scene({ groups: ['b'] }), ['aal2']],
    ['another group', policy({ signIn: [{ acr: 'aal2', groups: ['a'] }] }), scene({ groups: ['b'] }), []],
    ['a client', policy({ signIn: [{ acr: 'aal2', clients: ['app'] }] }), scene(), ['aal2']],
    ['another client', policy({ signIn: [{ acr: 'aal2', clients: ['other'] }] }), scene(), []],
    ['no client', policy({ signIn: [{ acr: 'aal2', clients: ['app'] }] }), scene({ clientId: undefined }), []],
    [
      'a group at a client, elsewhere',
      policy({ signIn: [{ acr: 'aal2', groups: ['a'], clients: ['other'] }] }),
      scene({ groups: ['a'] }),
      [],
    ],
    [
      'a group at a client, there',
      policy({ signIn: [{ acr: 'aal2', groups: ['a'], clients: ['app'] }] }),
      scene({ groups: ['a'] }),
      ['aal2'],
    ],
    ['the client itself', policy(), scene({ minimumAcr: 'phr' }), ['aal2', 'phr']],
    [
      'the strongest of all',
      policy({
        secondFactor: 'required',
        signIn: [
          { acr: 'phr', groups: ['a'] },
          { acr: 'aal1', everyone: true },
        ],
      }),
      scene({ groups: ['a'], minimumAcr: 'aal1' }),
      ['aal2', 'phr'],
    ],
    ['no more than one factor', policy({ signIn: [{ acr: 'aal1', everyone: true }] }), scene(), []],
  ])('%s', (_name, wanted, where, demanded) => expect(demandedClasses(wanted, where)).toEqual(demanded));
});
