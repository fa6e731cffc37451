import * as z from 'zod';
import {
  clientMetadataMembers,
  isClientIdentifier,
  readClientMetadata,
  unservableProfile,
} from '../protocol/client/client-metadata.js';
import { reasonUnserved, unreadMembers } from '../protocol/client/unserved-members.js';
import { isUsername } from '../protocol/sign-in/identifiers.js';
import { httpUrl, orFile, secret, text } from './values.js';

/** OIDC Core §5.1, as the wire has them. */
const claims = z
  .object({
    name: text(),
    given_name: text(),
    family_name: text(),
    middle_name: text(),
    nickname: text(),
    preferred_username: text(),
    profile: httpUrl(),
    picture: httpUrl(),
    website: httpUrl(),
    email: z.email().meta({ expected: 'an e-mail address' }),
    email_verified: z.boolean(),
    gender: text(),
    birthdate: z
      .string()
      .regex(/^\d{4}(-\d{2}-\d{2})?$/)
      .meta({ expected: 'a date YYYY-MM-DD, 0000-MM-DD or YYYY' }),
    zoneinfo: text(),
    locale: text(),
    phone_number: text(),
    phone_number_verified: z.boolean(),
    address: z
      .strictObject({
        formatted: text(),
        street_address: text(),
        locality: text(),
        region: text(),
        postal_code: text(),
        country: text(),
      })
      .partial(),
  })
  .partial()
  // Custom claims: `crossFaults` knows which.
  .catchall(z.unknown());

export const declaredUser = z.strictObject({
  username: z.string().refine(isUsername).meta({ expected: 'a name without space and @' }),
  ...orFile('password', secret()),
  claims: claims.prefault({}),
});

const needsSecret = (method: unknown) => method === undefined || String(method).startsWith('client_secret');

/** RFC 7591 §2 metadata, as the wire has it, and what only a declaration says: the identifier and the secret. */
export const declaredClient = z
  .looseObject({ client_id: text('printable ASCII').refine(isClientIdentifier), ...orFile('client_secret', secret()) })
  .superRefine(({ client_id: _, client_secret, client_secret_file, ...metadata }, context) => {
    const read = readClientMetadata(metadata);
    for (const { member, problem } of read.faults)
      context.addIssue({ code: 'custom', path: [member], message: problem });
    const unservable = read.metadata && unservableProfile(read.metadata);
    if (unservable) context.addIssue({ code: 'custom', path: ['profile'], message: unservable });
    const unread = unreadMembers(metadata).map((member) => ({ member, reason: reasonUnserved(member) }));
    for (const { member, reason } of unread) {
      if (reason) context.addIssue({ code: 'custom', path: [member], message: reason });
      else context.addIssue({ code: 'unrecognized_keys', keys: [member], input: metadata });
    }
    const hasSecret = (client_secret ?? client_secret_file) !== undefined;
    if (needsSecret(metadata.token_endpoint_auth_method) !== hasSecret) {
      const message = hasSecret ? 'is of no use with this token_endpoint_auth_method' : 'is missing';
      context.addIssue({ code: 'custom', path: ['client_secret'], message });
    }
  });

/** The names that a declared client may have, for the message about one that it may not. */
export const clientMembers: readonly string[] = ['client_id', 'client_secret', ...clientMetadataMembers];
