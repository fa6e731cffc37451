import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever does not want to set up what a client only wishes for is asked once in an interaction. The previous release does not ask. */
export class DeclinedEnrolment1795789000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE interactions ADD COLUMN enrolment_declined_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE interactions DROP COLUMN enrolment_declined_at');
  }
}
