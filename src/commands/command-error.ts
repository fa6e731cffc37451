/** A command that cannot do what it was asked: one sentence for the operator, exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
