import type { Administration } from '../administration/administration.js';
import { rotateDueKeys } from '../administration/keys.js';
import { sweep } from '../administration/maintenance.js';
import { deleteDueUsers } from '../administration/users.js';
import { shortLivedTables } from '../storage/expirable.js';
import type { Job } from './runner.js';

/** What is done in the background every `jobs.interval`, in this order. */
export const maintenanceJobs = (administration: Administration): readonly Job[] => [
  { name: 'sweep', run: async (signal) => void (await sweep(administration, { signal })) },
  { name: 'delete_users', run: async (signal) => void (await deleteDueUsers(administration, signal)) },
  { name: 'rotate_keys', run: async () => void (await rotateDueKeys(administration)) },
];

/** What is done every `jobs.short_interval`: strangers can fill these tables faster than the hourly sweep empties them. */
export const shortJobs = (administration: Administration): readonly Job[] => [
  {
    name: 'sweep_short_lived',
    run: async (signal) => void (await sweep(administration, { tables: shortLivedTables, signal })),
  },
];
