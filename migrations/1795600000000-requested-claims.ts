import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The single claims that a user granted beside scopes (OIDC Core §5.5), for as long as the authorization grant lives. Null where there
 * are none. The previous release goes on: it neither reads nor writes it, and grants none.
 */
export class RequestedClaims1795600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorization_grants ADD COLUMN requested_claims jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorization_grants DROP COLUMN requested_claims');
  }
}
