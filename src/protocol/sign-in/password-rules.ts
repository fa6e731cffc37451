/** The likeliest of those that are long enough otherwise, as lists of leaked passwords have them; in lower case. */
const common = new Set(
  `password password1 password12 password123 password1234 password! passw0rd p@ssword p@ssw0rd passwort passwort1
   qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertz123 1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx zaq12wsx 1234qwer
   qwer1234 123qweasd asdfasdf asdf1234 asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345 abcdefgh a1b2c3d4 aa123456
   12345678 123456789 1234567890 12345678910 87654321 987654321 0987654321 123123123 12341234 11223344 123456123
   147258369 123654789 789456123 135792468 101010101 iloveyou iloveyou1 princess princess1 sunshine sunshine1 football
   football1 baseball baseball1 superman batman123 starwars pokemon1 trustno1 letmein1 letmein123 welcome1 welcome123
   whatever computer internet michelle jennifer jonathan samantha charlie1 dragon123 monkey123 master123 shadow123
   killer123 liverpool liverpool1 chelsea1 arsenal1 barcelona mustang1 corvette changeme changeme1 changeme123 change-me
   change_me default1 temp1234 test1234 testtest testing123 demo1234 secret123 access14 administrator admin123 admin1234
   administrator1 root1234 user1234 guest123 login123 spring2024 summer2024 autumn2024 winter2024`.split(/\s+/),
);

/** `aaaaaaaa`, `23456789`: each character is the one before it, or next to it. */
const isMonotonous = (password: string): boolean => {
  const codes = [...password].map((character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, at) => code - (codes[at] ?? 0)));
  return steps.size === 1 && [-1, 0, 1].includes([...steps][0] ?? 2);
};

/** Whether everybody would try it first (NIST SP 800-63B §5.1.1.2: commonly used, repetitive or sequential). */
export const isCommonPassword = (password: string): boolean =>
  common.has(password.toLowerCase()) || isMonotonous(password);

const shortest = 8;
const longest = 1024;

/** How a new password can be wrong (NIST SP 800-63B §5.1.1.2). */
export type PasswordProblem = 'length' | 'common' | 'name';

/**
 * What is wrong with a new password (NIST SP 800-63B §5.1.1.2): length and what everybody tries first, and nothing about which
 * characters it has to be made of.
 * @param names what the account is called
 * @returns undefined when nothing is wrong
 */
export function passwordProblem(password: string, names: readonly string[] = []): PasswordProblem | undefined {
  const { length } = [...password];
  if (length < shortest || password.length > longest) return 'length';
  if (isCommonPassword(password)) return 'common';
  return names.some((name) => name.toLowerCase() === password.toLowerCase()) ? 'name' : undefined;
}

const sentences: Readonly<Record<PasswordProblem, string>> = {
  length: `The password has to have ${shortest} to ${longest} characters.`,
  common: 'That password is one that everybody tries first. Choose another.',
  name: 'The password has to be another than the name.',
};

/** {@link passwordProblem} in words for whoever chose it (NIST SP 800-63B §5.1.1.2). */
export function passwordFault(password: string, names: readonly string[] = []): string | undefined {
  const problem = passwordProblem(password, names);
  return problem && sentences[problem];
}
