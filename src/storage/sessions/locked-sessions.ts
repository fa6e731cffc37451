/**
 * SQL: the ids of the sessions that a condition names, locked in their order. Whoever answers requests in sessions locks them in the
 * same order, so that nobody who ends several waits in a circle with a batch of those.
 */
export const lockedSessions = (condition: string): string =>
  `ARRAY(SELECT id FROM sessions WHERE ${condition} ORDER BY id FOR UPDATE)`;
