import type { Idp } from '../../deps.js';
import type { AccountSection } from '../section.js';
import { dataOf } from './changes.js';

/** What is kept of somebody, as a file. */
export const dataSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  page: async ({ session }) => ({ fileName: 'account.json', content: await dataOf(idp, session) }),
});
