import type { MetadataFault } from '../protocol/client/member-reader.js';

/** Why a verb was refused: the closed set, for whoever turns it into an exit code, a status or a page. */
export type AdministrationErrorCode =
  | 'not_found'
  | 'taken'
  | 'invalid'
  /** Declared in the configuration, which would undo the change at the next start. */
  | 'declared_in_configuration'
  /** The client authenticates without a secret. */
  | 'without_secret'
  /** The configuration has it switched off. */
  | 'unavailable'
  /** The address got so many mails of the kind within the hour that this one would be dropped. */
  | 'too_many_mails';

interface AdministrationErrorOptions extends ErrorOptions {
  readonly faults?: readonly MetadataFault[];
}

/** A verb that was refused: nothing has changed. The message is a sentence for the operator. */
export class AdministrationError extends Error {
  override readonly name = 'AdministrationError';
  /** What is wrong with a client's metadata (RFC 7591 §3.2.2); empty for every other error. */
  readonly faults: readonly MetadataFault[];

  constructor(
    readonly code: AdministrationErrorCode,
    message: string,
    { faults = [], ...options }: AdministrationErrorOptions = {},
  ) {
    super(message, options);
    this.faults = faults;
  }
}

/** For `catch`: what a unique index refuses (SQLSTATE 23505) is taken. @throws AdministrationError taken */
export const taken =
  (message: string) =>
  (error: unknown): never => {
    if ((error as { code?: unknown } | null)?.code !== '23505') throw error;
    throw new AdministrationError('taken', message, { cause: error });
  };
