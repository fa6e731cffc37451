import pg from 'pg';

/** Whatever any table holds, bytes as the text that they would be in the clear. */
export async function dump(dsn: string): Promise<string> {
  const database = new pg.Client({ connectionString: dsn });
  await database.connect();
  const { rows } = await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  const contents: string[] = [];
  for (const { tablename } of rows) {
    for (const row of (await database.query(`SELECT * FROM ${tablename}`)).rows) {
      const values = Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value));
      contents.push(`${tablename} ${JSON.stringify(values)}`);
    }
  }
  await database.end();
  return contents.join('\n');
}
