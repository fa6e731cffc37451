/** What other systems keep of {@link importedPassword}: made by Python's hashlib and by bcryptjs, cheap enough for tests. */
export const importedPassword = 'correct horse battery';

const bcrypt = '06$1SbNerfPRG3xGPGxMOGqkeB7EInKd/xWssGFozGLIwe9ZHDOC1jxi';

export const importedHashes: Readonly<Record<string, string>> = {
  'Argon2id (PHC)': '$argon2id$v=19$m=64,t=2,p=1$+u9Kk+zbTAJlzupjioWDRA$QdaFh+kP1arjaeIYgfE5SoK7+54noNDrrf0SEPCE+7M',
  'bcrypt (2b)': `$2b$${bcrypt}`,
  'bcrypt (2y)': `$2y$${bcrypt}`,
  'bcrypt (2a)': `$2a$${bcrypt}`,
  'bcrypt (Django)': `bcrypt$$2b$${bcrypt}`,
  'PBKDF2-SHA512 (PHC)':
    '$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$7F/Y1rnWXXurLCfFvAmyjyXtbABhgzBTBNcm//wlnvGBOz7OExlgRFs5qwaY5PzB3/WjR7P4yv/ACDQZpDXIfQ',
  'PBKDF2-SHA256 (Django)': 'pbkdf2_sha256$1000$saltysalt$mFrNkv5iSGH91rz48G6wvz9xKZihQ03KmTZTWR8gDAo=',
  'PBKDF2-SHA1 (Django)': 'pbkdf2_sha1$1000$saltysalt$DYHG5E2sByQI+8Vb0SFU/7G14f8=',
  'PBKDF2-SHA256 (passlib)': '$pbkdf2-sha256$1000$..........8AESIz$6Ezft0JZXpDStNYAVuHvGbUlqb5HD2TDJBEHy5E/bwA',
  'PBKDF2-SHA512 (passlib)':
    '$pbkdf2-sha512$1000$..........8AESIz$t2YFU0d3EtZDW5mdA/Sdv2hD0p3/KscLurNfNXVX0bwnrcYkyUMo4VIE3tTvUgIlrqCimQ81a.owJmA3.IdbJg',
  'PBKDF2-SHA1 (passlib)': '$pbkdf2$1000$..........8AESIz$RKac5b7UNEonTye6dLJolNdxHKE',
  'scrypt (PHC)': '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8',
};
