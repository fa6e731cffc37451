import { duration } from '../config/values.js';
import { CommandError } from './command-error.js';

/** Milliseconds of a flag such as `--ttl 7d`. @throws CommandError */
export function durationFlag(
  flag: string,
  text: string,
  { shortest, longest }: Record<'shortest' | 'longest', string>,
) {
  const read = duration(longest, shortest).safeParse(text);
  if (!read.success)
    throw new CommandError(`--${flag} ${text} is not a duration such as 12h or 7d, from ${shortest} to ${longest}.`);
  return read.data;
}
