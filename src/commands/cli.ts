import type { Argv } from 'yargs';
import { clientCommands } from './clients.js';
import type { RunCommand } from './connection.js';
import { consentCommands } from './consents.js';
import { keyCommands } from './keys.js';
import { maintenanceCommands } from './maintenance.js';
import { userCommands } from './users.js';

/** The verbs beside serving. */
export const addCommands = (yargs: Argv, run: RunCommand): Argv =>
  maintenanceCommands(yargs, run)
    .command(
      'users',
      'create, invite, list, disable, enable, delete, import, export users, reset passwords and second factors, end sessions',
      (builder) => userCommands(builder, run),
    )
    .command(
      'clients',
      'create, list, show, disable, enable, delete clients, rotate secrets, let clients register themselves',
      (builder) => clientCommands(builder, run),
    )
    .command('consents', 'list and withdraw what users allowed clients', (builder) => consentCommands(builder, run))
    .command('keys', 'list, rotate, rewrap signing keys', (builder) => keyCommands(builder, run));
