// Where the peer keeps its records: one table on the same PostgreSQL, named prepared statements on a pool of the same size.
import pg from 'pg';

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    model text, id text, content jsonb NOT NULL, grant_id text, uid text, user_code text, expires_at timestamptz,
    PRIMARY KEY (model, id));
  CREATE INDEX IF NOT EXISTS records_grant ON records (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_uid ON records (uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_user_code ON records (user_code) WHERE user_code IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_expiry ON records (expires_at)`;

const live = 'AND (expires_at IS NULL OR expires_at > now())';
const statements = {
  upsert: `INSERT INTO records (model, id, content, grant_id, uid, user_code, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (model, id) DO UPDATE SET content = EXCLUDED.content, grant_id = EXCLUDED.grant_id, uid = EXCLUDED.uid,
      user_code = EXCLUDED.user_code, expires_at = EXCLUDED.expires_at`,
  find: `SELECT content FROM records WHERE model = $1 AND id = $2 ${live}`,
  findByUid: `SELECT content FROM records WHERE model = $1 AND uid = $2 ${live}`,
  findByUserCode: `SELECT content FROM records WHERE model = $1 AND user_code = $2 ${live}`,
  consume: `UPDATE records SET content = content || jsonb_build_object('consumed', extract(epoch FROM now())::int) WHERE model = $1 AND id = $2`,
  destroy: 'DELETE FROM records WHERE model = $1 AND id = $2',
  revoke: 'DELETE FROM records WHERE grant_id = $1',
};

/** An adapter class as the peer wants it. */
export async function createStore(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 16 });
  await pool.query(schema);
  const run = (name, values) => pool.query({ name, text: statements[name], values });
  const content = async (name, values) => (await run(name, values)).rows[0]?.content;
  return class Store {
    constructor(model) {
      this.model = model;
    }
    async upsert(id, record, seconds) {
      const expiresAt = seconds ? new Date(Date.now() + seconds * 1000) : null;
      const { grantId = null, uid = null, userCode = null } = record;
      await run('upsert', [this.model, id, JSON.stringify(record), grantId, uid, userCode, expiresAt]);
    }
    find = (id) => content('find', [this.model, id]);
    findByUid = (uid) => content('findByUid', [this.model, uid]);
    findByUserCode = (code) => content('findByUserCode', [this.model, code]);
    consume = (id) => run('consume', [this.model, id]);
    destroy = (id) => run('destroy', [this.model, id]);
    revokeByGrantId = (grantId) => run('revoke', [grantId]);
  };
}
