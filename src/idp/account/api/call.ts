import type { Parameters } from '../../../protocol/parameters.js';
import type { AccountApiAddress, accountApiAddresses } from '../../../protocol/resource/account-api.js';
import type { AccountSession } from '../../../storage/people/account.js';
import type { UserClaims } from '../../../storage/people/users.js';
import type { SubjectIdentifiers } from '../../../storage/subjects.js';
import type { Owner } from '../owner.js';

/** A request of an application that may see to somebody's account. */
export interface ApiCall {
  readonly owner: Owner;
  /** By what the application knows people and sessions. */
  readonly seen: SubjectIdentifiers;
  readonly user: UserClaims;
  /** What stands for a `:name` of the address. */
  segment(name: string): string;
  readonly query: Parameters;
  /** Empty where the method has none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** One of somebody who has proven just now who they are. */
export interface FreshCall extends ApiCall {
  readonly account: AccountSession;
}

/** Without a body where there is nothing to tell. */
export interface ApiAnswer {
  readonly status: number;
  readonly body?: object;
}

/** What a method of an address does: for whoever the token is of, or only after a fresh proof. */
export type ApiMethod =
  | { readonly answer: (call: ApiCall) => Promise<ApiAnswer> }
  | { readonly answerFresh: (call: FreshCall) => Promise<ApiAnswer>; readonly changesFactors?: boolean };

type MethodsOf<Name extends AccountApiAddress> = (typeof accountApiAddresses)[Name]['methods'][number];

/** A method for each that the addresses have. */
export type ApiMethods<Name extends AccountApiAddress> = {
  readonly [Each in Name]: { readonly [Method in MethodsOf<Each>]: ApiMethod };
};

export const done: ApiAnswer = { status: 204 };

export const found = (body: object): ApiAnswer => ({ status: 200, body });

/** An error in the form that all of ours have (RFC 6749 §5.2). @param more what a program can go by beside the code */
export const refused = (status: number, error: string, sentence: string, more: object = {}): ApiAnswer => ({
  status,
  body: { error, error_description: sentence, ...more },
});

export const nothingThere = (): ApiAnswer => refused(404, 'not_found', 'There is nothing at this address.');

/** Something else came in between. */
export const signInEnded = (): ApiAnswer => refused(409, 'conflict', 'The sign-in has ended meanwhile.');

/** What was sent cannot be taken: which member, and why. */
export const invalid = (member: string, sentence: string): ApiAnswer =>
  refused(422, 'invalid_value', sentence, { members: [member] });
