import * as z from 'zod';
import { count, duration, flag, mailAddress, orFile, port, secret, text } from '../values.js';

/** Without `smtp`, production sends nothing, and the other profiles show what they would send. */
export const mail = z
  .strictObject({
    smtp: z
      .strictObject({
        host: text('a host'),
        /** By default that of the way it is encrypted: 465, 587, 25. */
        port: port().optional(),
        /** TLS from the first byte, TLS after STARTTLS (RFC 3207), or none. */
        tls: z
          .enum(['required', 'starttls', 'none'])
          .default('required')
          .meta({ expected: 'required, starttls or none' }),
        username: text().optional(),
        ...orFile('password', secret()),
        /** A certificate authority in the place of the system's. */
        ...orFile('ca', text('a PEM certificate')),
        /** For a connection, and for each of the server's answers. */
        timeout: duration('1m', '100ms').prefault('10s'),
      })
      .optional(),
    from: mailAddress().optional(),
    reply_to: mailAddress().optional(),
    /** Whether people are told of what happens to their account. */
    notices: flag(true),
    /** Of one kind, to a person and to an address. */
    most_per_hour: count(1, 1000).default(6),
  })
  .prefault({});
