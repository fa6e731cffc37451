import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows that are read and written at once. */
const batch = 5_000;

/** As `identifierKey` was when this migration was written. */
const keyOf = (text: string): string =>
  text.normalize('NFKC').trim().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');

const usernameKeyOf = (username: string): string | null => {
  const key = keyOf(username);
  return /^[^@\s]+$/.test(key) ? key : null;
};

const emailKeyOf = (email: string | null): string | null => {
  const key = email === null ? '' : keyOf(email);
  return /^[^@\s]+@[^@\s]+$/.test(key) ? key : null;
};

interface Row {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
}

/**
 * Usernames and e-mail addresses in the one form in which they are compared, each somebody's alone. Rows without are found as
 * before: those of the previous release, which goes on, addresses that are none, and names that are no longer told apart from
 * another's. There is no transaction around it, so that nobody who signs in waits for all rows; each step can be made again.
 */
export class IdentifierKeys1795570100000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users
      ADD COLUMN IF NOT EXISTS username_key text
        CONSTRAINT users_username_key_is_no_address CHECK (position('@' IN username_key) = 0),
      ADD COLUMN IF NOT EXISTS email_key text
        CONSTRAINT users_email_key_is_address CHECK (email_key ~ '^[^@ ]+@[^@ ]+$')`);
    await runner.query('CREATE UNIQUE INDEX IF NOT EXISTS users_username_key ON users (username_key)');
    await runner.query('CREATE UNIQUE INDEX IF NOT EXISTS users_email_key ON users (email_key)');
    let last = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const page = 'SELECT id, username, email FROM users WHERE id > $1 ORDER BY id LIMIT $2';
      const rows: readonly Row[] = await runner.query(page, [last, batch]);
      if (rows.length === 0) return;
      const ids = rows.map(({ id }) => id);
      await fill(
        runner,
        'username_key',
        ids,
        rows.map(({ username }) => usernameKeyOf(username)),
      );
      await fill(
        runner,
        'email_key',
        ids,
        rows.map(({ email }) => emailKeyOf(email)),
      );
      last = ids.at(-1) ?? last;
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN username_key, DROP COLUMN email_key');
  }
}

/** Of several users with one key the first keeps it. */
const fill = (runner: QueryRunner, column: string, ids: readonly string[], keys: readonly (string | null)[]) =>
  runner.query(
    `UPDATE users u SET ${column} = first.key
     FROM (
       SELECT DISTINCT ON (key) id, key FROM unnest($1::uuid[], $2::text[]) AS t (id, key) WHERE key IS NOT NULL
       ORDER BY key, id
     ) first
     WHERE u.id = first.id AND u.${column} IS NULL
       AND NOT EXISTS (SELECT FROM users taken WHERE taken.${column} = first.key)`,
    [ids, keys],
  );
