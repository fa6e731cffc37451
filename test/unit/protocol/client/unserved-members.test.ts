import { describe, expect, it } from '@jest/globals';
import { clientMetadataMembers } from '../../../../src/protocol/client/client-metadata.js';
import { reasonUnserved, unreadMembers } from '../../../../src/protocol/client/unserved-members.js';

describe('I11: metadata that is not served (RFC 7591 §4.1)', () => {
  it.each(['authorization_signed_response_alg', 'tls_client_auth_subject_dn', 'software_statement', 'client_secret'])(
    '%s is not read, and has its sentence',
    (member) => {
      expect(unreadMembers({ [member]: 'x', client_name: 'y' })).toEqual([member]);
      expect(reasonUnserved(member)).toMatch(/^is /);
    },
  );

  it('what is in no specification is not read, without a sentence', () => {
    expect(unreadMembers({ redirect_uri: 'x', toString: 'y' })).toEqual(['redirect_uri', 'toString']);
    expect([reasonUnserved('redirect_uri'), reasonUnserved('toString')]).toEqual([undefined, undefined]);
  });

  it('a member without a value asks for nothing', () =>
    expect(unreadMembers({ software_statement: null, jwks: undefined })).toEqual([]));

  it('a member that is served has no sentence', () =>
    expect([...clientMetadataMembers].filter((member) => reasonUnserved(member) !== undefined)).toEqual([]));
});
