import { AdministrationError } from '../administration/administration-error.js';
import { CommandError } from '../commands/command-error.js';
import { ConfigError } from '../config/faults.js';
import { ListenError } from '../http/listener/listen.js';
import { TlsError } from '../http/listener/tls.js';

/** What the process tells whoever started it; docs/configuration.md lists them. */
export const exitCodes = { failed: 1, configuration: 2, listener: 3 } as const;

/** Errors that say all there is to say: their message is for the operator, and a stack would only hide it. */
export function exitCodeOf(error: unknown): { readonly code: number; readonly isExplained: boolean } {
  if (error instanceof ConfigError || error instanceof TlsError) {
    return { code: exitCodes.configuration, isExplained: true };
  }
  if (error instanceof ListenError) return { code: exitCodes.listener, isExplained: true };
  return { code: exitCodes.failed, isExplained: error instanceof CommandError || error instanceof AdministrationError };
}
