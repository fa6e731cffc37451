import { recordChange } from '../storage/audit/change.js';
import { pageOfUsers } from '../storage/people/users.js';
import type { User } from '../storage/schema/users.js';
import { type Administration, makeChange } from './administration.js';

/** Users read at once. */
const pageSize = 500;

/** What `users import` reads, and nothing secret: no hash, no key of a second factor. */
const lineOf = (user: User) => ({
  id: user.id,
  username: user.username,
  ...(user.email === null ? {} : { email: user.email, email_verified: user.emailVerified }),
  claims: user.claims,
  disabled: user.disabledAt !== null,
  created_at: user.createdAt.toISOString(),
});

export type ExportedUser = ReturnType<typeof lineOf>;

/** Every user, in no order that means anything, a page of them in memory at a time. That they were given out is recorded first. */
export async function* exportUsers(administration: Administration): AsyncGenerator<ExportedUser> {
  const { transactions } = administration;
  await makeChange(administration, { type: 'users_exported' }, (change) => recordChange(transactions, change));
  for (let page = await pageOfUsers(transactions, null, pageSize); page.length > 0; ) {
    yield* page.map(lineOf);
    page = await pageOfUsers(transactions, page.at(-1)?.id ?? null, pageSize);
  }
}
