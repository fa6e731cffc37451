import { describe, expect, it } from '@jest/globals';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';

const read = (members: Record<string, unknown>) =>
  readClientMetadata({ redirect_uris: ['https://client.example/callback'], ...members });

describe('backchannel_logout_uri (OIDC Back-Channel Logout §2.2)', () => {
  it('is kept with what it goes with', () => {
    const members = { backchannel_logout_uri: 'https://client.example/out', backchannel_logout_session_required: true };
    expect(read(members).metadata).toMatchObject(members);
  });

  it.each([
    ['https://client.example/out?of=us', 'client_secret_basic', undefined],
    ['http://client.internal/out', 'client_secret_basic', undefined],
    ['http://client.internal/out', 'none', 'is not https, as it has to be for a client without a secret'],
    ['https://client.example/out#part', 'none', 'has a fragment'],
    ['https://me:word@client.example/out', 'none', 'carries credentials'],
    ['com.example.app:/out', 'none', 'is not an http(s) URL'],
  ])('%s of a client with %s: %s', (backchannel_logout_uri, token_endpoint_auth_method, problem) => {
    const { faults } = read({ backchannel_logout_uri, token_endpoint_auth_method });
    expect(faults.map((fault) => fault.problem)).toEqual(problem === undefined ? [] : [problem]);
  });
});
