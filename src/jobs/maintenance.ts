import type { Administration } from '../administration/administration.js';
import { rotateDueKeys } from '../administration/keys.js';
import { sweep } from '../administration/maintenance.js';
import type { Job } from './runner.js';

/** What is done in the background, in this order. */
export const maintenanceJobs = (administration: Administration): readonly Job[] => [
  { name: 'sweep', run: async (signal) => void (await sweep(administration, signal)) },
  { name: 'rotate_keys', run: async () => void (await rotateDueKeys(administration)) },
];
