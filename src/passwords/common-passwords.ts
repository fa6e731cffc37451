/** Whether a list of commonly used passwords has one; asked in lower case. */
export type CommonPasswords = (password: string) => boolean;

let read: Promise<CommonPasswords> | undefined;

async function readList(): Promise<CommonPasswords> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const list: ReadonlySet<string | number> = new Set(dictionary['passwords-common']);
  return (password) => list.has(password);
}

/**
 * The list of `@zxcvbn-ts/language-common`, some 50,000, read when the first password is set: it takes 40 ms and about 15 MB,
 * which a process that sets none does not spend.
 */
export const commonPasswords = (): Promise<CommonPasswords> => {
  read ??= readList();
  return read;
};
