/** The likeliest of those that are long enough otherwise, as lists of leaked passwords have them; in lower case. */
const likeliest = new Set(
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

/** For what a configuration holds: small enough to be looked at at each start. The list for people's passwords is in `src/passwords/`. */
export const isLikeliestPassword = (password: string): boolean => likeliest.has(password.toLowerCase());
