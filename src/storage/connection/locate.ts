import type { DatabaseConfig } from '../../config/configuration.js';

export interface LocatedDatabase {
  readonly dsn: string;
  /** Where an embedded server keeps its data, if that is what runs. */
  readonly folder?: string;
  /** Stops an embedded server that nobody else uses; nothing for any other. */
  close(): Promise<void>;
}

/** Where the database is: as configured, or the embedded one, which is started or taken over. */
export async function locateDatabase({ dsn, embedded }: DatabaseConfig): Promise<LocatedDatabase> {
  if (dsn) return { dsn: dsn.reveal(), close: async () => undefined };
  if (embedded === undefined) throw new Error('the configuration names neither database.dsn nor database.embedded');
  const { startEmbeddedPostgres } = await import('./embedded-postgres.js');
  const server = await startEmbeddedPostgres(embedded);
  return { dsn: server.dsn, folder: server.folder, close: () => server.stop() };
}
