/** People of another system: imported by the command, and signed in with the passwords that they have. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { importedHashes, importedPassword } from '../support/imported-hashes.js';
import { type Stack, startStack } from '../support/processes.js';
import { type Run, run } from '../support/program.js';
import { signIn } from '../support/sign-in.js';

let database: EmptyDatabase;
let stack: Stack;
beforeAll(async () => {
  database = await createDatabase({ empty: true });
  stack = await startStack({ dsn: database.dsn, roles: ['all'] });
}, 60_000);
afterAll(async () => {
  await stack.stop();
  await database.drop();
});

const command = (args: readonly string[], input = ''): Promise<Run> =>
  run([...args, '--config=configs/identity/test.yml'], { env: { IDENTITY_DATABASE_DSN: database.dsn }, input });

async function query<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client(database.dsn);
  await client.connect();
  return (await client.query<Row>(text).finally(() => client.end())).rows;
}

const kinds = Object.entries(importedHashes);
const nameOf = (kind: number): string => `person-${kind}`;
const lines = kinds.map(([, hash], kind) => JSON.stringify({ username: nameOf(kind), password_hash: hash }));

const signInAs = (identifier: string, password: string) =>
  signIn({
    issuer: stack.urls.authz,
    clientId: 'spa-rp',
    redirectUri: `${stack.urls.spaRp}/callback`,
    scope: 'openid profile email',
    identifier,
    password,
  });

describe('users import', () => {
  it('a dry run says what would be wrong, by line, and writes nothing', async () => {
    const { code, output } = await command(
      ['users', 'import', '--file=-', '--dry-run'],
      [lines[0], '', '{"username": "a b"}', 'no JSON', lines[1]].join('\n'),
    );
    expect(code).toBe(1);
    expect(output).toBe(
      [
        'line 3: username: 1 to 128 characters, no space and no @',
        'line 4: the line is not JSON',
        'would be imported: 2; there already: 0; refused: 2',
        'Mend the lines that are named, and import the file again: whoever is there already stays as they are.',
        '',
      ].join('\n'),
    );
    expect(await query("SELECT FROM users WHERE username LIKE 'person-%'")).toEqual([]);
  });

  it('a line that is wrong stops no other, and the file can be imported again', async () => {
    const first = await command(
      ['users', 'import', '--file=-'],
      [...lines.slice(0, 2), '{}', ...lines.slice(2)].join('\n'),
    );
    expect([first.code, first.output]).toEqual([
      1,
      expect.stringContaining(`imported: ${kinds.length}; there already: 0; refused: 1`),
    ]);
    expect(await command(['users', 'import', '--file=-'], lines.join('\n'))).toEqual({
      code: 0,
      output: `imported: 0; there already: ${kinds.length}; refused: 0\n`,
    });
    expect(await command(['users', 'import', '--file', '/nowhere/users.jsonl'])).toEqual({
      code: 1,
      output: 'The file /nowhere/users.jsonl cannot be read (ENOENT).\n',
    });
  });

  it.each(kinds.map(([name], kind) => [name, nameOf(kind)]))(
    '%s: the password signs in, and is hashed as ours are from then on',
    async (_, username) => {
      const hash = async () =>
        (await query<{ password_hash: string }>(`SELECT password_hash FROM users WHERE username = '${username}'`))[0]
          ?.password_hash;
      const before = await hash();
      await signInAs(username, importedPassword);
      const after = await hash();
      expect(after).toMatch(/^\$argon2id\$/);
      expect(after).not.toBe(before);
      await signInAs(username, importedPassword);
      expect(await hash()).toBe(after);
    },
  );
});

describe('users export', () => {
  it('prints everybody as lines that could be imported, without a secret', async () => {
    const { code, output } = await command(['users', 'export']);
    expect(output).toContain('users exported'); // the log, on standard error
    const exported = output.split('\n').filter((line) => line.startsWith('{'));
    const people = exported.map((line) => JSON.parse(line) as { username: string });
    expect(code).toBe(0);
    expect(people.map(({ username }) => username).sort()).toEqual(['demo', ...kinds.map((_, n) => nameOf(n))].sort());
    expect(output).not.toMatch(/argon2|hash|\$2[aby]\$|pbkdf2|scrypt/);
    expect((await command(['users', 'import', '--file=-'], exported.join('\n'))).output).toMatch(
      /^imported: 0; .*; refused: 0$/m,
    );
  });
});
