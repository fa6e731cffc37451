// The yardstick of a run: an Express application that answers a small JSON document and does nothing else.
import express from 'express';

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.get('/', (_, res) => res.json({ active: true, scope: 'read:resource', client_id: 'demo-client' }));
const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  process.stdout.write(`listening on ${server.address().port}\n`);
});
