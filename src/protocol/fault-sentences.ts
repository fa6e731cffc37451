/** One mistake of a caller: the sentence that everybody may read (RFC 6749 §4.1.2.1 `error_description`), and the rule that it breaks. */
export interface Fault {
  readonly sentence: string;
  readonly section: string;
}

const fault = (sentence: string, section: string): Fault => ({ sentence, section });

/**
 * Every mistake that a request can make, each with a sentence of its own (RFC 6749 §4.1.2.1, §5.2). A sentence names rules and
 * parameters, never a value that was sent or stored, and says nothing that a stranger could not find out by asking correctly.
 * Codes and refresh tokens share one each: expired, used and unknown must look alike (RFC 9700 §4.14.2).
 */
export const faults = {
  // Any request
  parameterMissing: (name: string) => fault(`The parameter ${name} is missing.`, 'RFC 6749 §3.1'),
  parameterTooLong: (name: string) => fault(`The parameter ${name} is too long.`, 'RFC 6749 §3.1'),
  requestTooLong: fault('The parameters of the request are too long together.', 'RFC 6749 §3.1'),
  parameterRepeated: fault('A parameter other than resource is sent more than once.', 'RFC 6749 §3.1'),
  parameterWithNul: fault('A parameter holds a NUL character.', 'RFC 6749 appendix A'),

  // Who asks, and where the answer goes
  clientUnknown: fault('client_id names no client that is registered here.', 'RFC 6749 §4.1.2.1'),
  clientDisabled: fault('The client that client_id names is switched off.', 'RFC 6749 §4.1.2.1'),
  clientAuthenticatesTwice: fault('The client authenticates in more than one way.', 'RFC 6749 §2.3'),

  // A client's assertion. What is said of claims is said to whoever signed them; before that, nothing but what is registered
  assertionType: fault(
    'client_assertion_type is not urn:ietf:params:oauth:client-assertion-type:jwt-bearer, the only one that is supported.',
    'RFC 7523 §2.2',
  ),
  assertionMalformed: fault('client_assertion is no signed JWT in compact form, or is too long.', 'RFC 7523 §3'),
  assertionSubjectMissing: fault('sub of the client assertion is missing: it is the client_id.', 'RFC 7523 §3'),
  assertionAlgorithm: (allowed: string) =>
    fault(
      `alg of the client assertion is not allowed for this client: expected is ${allowed}.`,
      'OIDC Registration §2',
    ),
  assertionKeyUnknown: fault(
    'The keys of the client hold none that fits kid and alg of the client assertion.',
    'RFC 7515 §4.1.4',
  ),
  assertionKeyAmbiguous: fault(
    'kid of the client assertion is missing, and several keys of the client fit its alg.',
    'RFC 7515 §4.1.4',
  ),
  assertionPurpose: fault(
    'typ of the client assertion is that of a JWT for another purpose: expected is JWT, client-authentication+jwt or none.',
    'RFC 8725 §3.11',
  ),
  assertionIssuer: fault('iss and sub of the client assertion are not both the client_id.', 'RFC 7523 §3'),
  assertionAudience: (issuer: string) =>
    fault(`aud of the client assertion is not this server: expected is ${issuer}.`, 'RFC 7523 §3'),
  assertionExpiryMissing: fault('exp of the client assertion is missing or no number.', 'RFC 7523 §3'),
  assertionExpired: (skew: string) =>
    fault(`exp of the client assertion is past, by more than the ${skew} that clocks may differ.`, 'RFC 7523 §3'),
  assertionLivesTooLong: fault('exp of the client assertion is more than an hour ahead.', 'RFC 7523 §3'),
  assertionTimeMalformed: (claim: string) => fault(`${claim} of the client assertion is no number.`, 'RFC 7519 §4.1'),
  assertionNotYetValid: (claim: string, skew: string) =>
    fault(
      `${claim} of the client assertion is ahead, by more than the ${skew} that clocks may differ.`,
      'RFC 7519 §4.1',
    ),
  assertionIdMissing: fault(
    'jti of the client assertion is missing: each assertion needs one of its own.',
    'OIDC Core §9',
  ),
  assertionIdTooLong: fault('jti of the client assertion is longer than 512 characters.', 'OIDC Core §9'),
  assertionUsed: fault(
    'The client assertion was used before: each request needs another, with a jti of its own.',
    'RFC 7523 §3',
  ),

  redirectUriMissing: fault(
    'redirect_uri is missing: only a request without the scope openid of a client with one registered URI may leave it out.',
    'OIDC Core §3.1.2.1',
  ),
  redirectUriNotRegistered: fault(
    'redirect_uri is not registered for this client: it is compared character by character, a trailing slash included.',
    'RFC 6749 §3.1.2.3',
  ),

  // Authorization request
  requestObjectMalformed: fault(
    'The request object, or what is encrypted in it, is no signed JWT in compact form, or is too long.',
    'RFC 9101 §4',
  ),
  requestObjectEncryption: (alg: string, enc: string) =>
    fault(
      `alg or enc of the encrypted request object is not allowed for this client: expected are ${alg} and ${enc}.`,
      'OIDC Registration §2',
    ),
  requestObjectDecryption: fault(
    'The request object cannot be decrypted: encrypt it to a key of jwks_uri with use enc.',
    'RFC 9101 §6.1',
  ),
  requestObjectAlgorithm: (allowed: string) =>
    fault(`alg of the request object is not allowed for this client: expected is ${allowed}.`, 'OIDC Registration §2'),
  requestObjectKeyUnknown: fault(
    'The keys of the client hold none that fits kid and alg of the request object.',
    'RFC 9101 §6.2',
  ),
  requestObjectKeyAmbiguous: fault(
    'kid of the request object is missing, and several keys of the client fit its alg.',
    'RFC 7515 §4.1.4',
  ),
  requestObjectSignature: fault('The request object cannot be verified by a key of the client.', 'RFC 9101 §6.2'),
  requestObjectType: fault(
    'typ of the request object is that of a JWT for another purpose: expected is oauth-authz-req+jwt, JWT or none.',
    'RFC 8725 §3.11',
  ),
  requestObjectNested: fault('The request object holds request or request_uri.', 'RFC 9101 §4'),
  requestObjectSubject: fault(
    'sub of the request object is the client_id, as in a client assertion: leave it out.',
    'RFC 9101 §10.8',
  ),
  requestObjectIssuer: fault('iss of the request object is not the client_id.', 'OIDC Core §6.1'),
  requestObjectAudience: (issuer: string) =>
    fault(`aud of the request object is not this server: expected is ${issuer}.`, 'RFC 9101 §4'),
  requestObjectClient: fault('client_id of the request object is not that of the request.', 'RFC 9101 §5'),
  requestObjectResponseType: fault('response_type of the request object is not that of the request.', 'OIDC Core §6.1'),
  requestObjectTime: (claim: string) => fault(`${claim} of the request object is no number.`, 'RFC 7519 §4.1'),
  requestObjectExpired: (skew: string) =>
    fault(`exp of the request object is past, by more than the ${skew} that clocks may differ.`, 'RFC 7519 §4.1.4'),
  requestObjectNotYetValid: (skew: string) =>
    fault(`nbf of the request object is ahead, by more than the ${skew} that clocks may differ.`, 'RFC 7519 §4.1.5'),
  requestNotSigned: fault(
    'The request has to be a signed request object: send it as request, or its address as request_uri.',
    'RFC 9101 §10.5',
  ),
  requestNotPushed: fault(
    'The request has to be pushed: send it to the pushed authorization request endpoint, and here client_id and its request_uri alone.',
    'RFC 9126 §5',
  ),
  requestUriPushed: fault('request_uri is sent to the endpoint that answers with one.', 'RFC 9126 §2.1'),
  pushedRequestNotUsable: fault(
    'request_uri is unknown, expired, used or of another client: go back to the application and begin again.',
    'RFC 9126 §7.3',
  ),
  requestUriBesideObject: fault('request and request_uri are sent together: send one of them.', 'RFC 9101 §5'),
  requestUriNotRegistered: fault(
    'request_uri is neither of a pushed request nor one that the client has registered.',
    'OIDC Core §6.2',
  ),
  requestUriNotFetched: fault(
    'The request object cannot be fetched from its request_uri: expected is 200, by https, without redirect and in time.',
    'RFC 9101 §5.2.3',
  ),
  requestUriType: fault(
    'What is at request_uri is neither application/oauth-authz-req+jwt nor application/jwt.',
    'RFC 9101 §5.2.3',
  ),
  registration: fault('The parameter registration is not supported: clients register beforehand.', 'OIDC Core §7.2.1'),
  responseMode: fault('response_mode is neither query nor form_post.', 'Multiple Response Types §2.1'),
  responseType: fault('response_type is not code, the only one that is supported.', 'OAuth 2.1 §4.1.1'),
  codeFlowNotRegistered: fault('The client is not registered for the authorization code flow.', 'RFC 7591 §2'),
  promptNoneAndOthers: fault('prompt holds none beside another value.', 'OIDC Core §3.1.2.1'),
  promptUnknown: fault(
    'prompt holds a value other than none, login, consent, select_account and, where registration is open, create.',
    'OIDC Core §3.1.2.1',
  ),
  maxAge: fault('max_age is not a number of seconds.', 'OIDC Core §3.1.2.1'),
  idTokenHint: fault('id_token_hint is not an ID token of this issuer.', 'OIDC Core §3.1.2.2'),
  codeChallengeMissing: fault('code_challenge is missing: this client has to use PKCE.', 'RFC 7636 §4.4.1'),
  codeChallengeMethodAlone: fault('code_challenge_method is sent without code_challenge.', 'RFC 7636 §4.3'),
  codeChallengeMethodMissing: fault(
    'code_challenge_method is missing, which would mean plain: the only one that is supported is S256.',
    'RFC 7636 §4.3',
  ),
  codeChallengeMethod: fault('code_challenge_method is not S256, the only one that is supported.', 'RFC 7636 §4.4.1'),
  codeChallengeMalformed: fault('code_challenge is not a SHA-256 value of 43 base64url characters.', 'RFC 7636 §4.2'),
  claimsNoObject: fault('claims is not a JSON object.', 'OIDC Core §5.5'),
  claimsPlace: fault('userinfo or id_token in claims is not an object of claims.', 'OIDC Core §5.5'),
  claimsMember: fault(
    'A claim in claims is neither null nor an object of essential (true or false), value and values (a list).',
    'OIDC Core §5.5.1',
  ),
  claimsValue: fault('A value of sub or acr in claims is not a text.', 'OIDC Core §5.5.1'),
  acrUnknown: fault('acr is essential in claims, and none of its values is known here.', 'OIDC Core §5.5.1.1'),

  // Scope and resource
  scopeMalformed: fault('scope holds a character that it may not hold.', 'RFC 6749 §3.3'),
  scopeNotRegistered: fault('scope holds one that the client is not registered for.', 'RFC 6749 §3.3'),
  scopeUnknown: fault('scope holds one that is not known here.', 'RFC 6749 §3.3'),
  scopeNeedsUser: fault('scope holds one about a user: with client_credentials there is none.', 'RFC 6749 §4.4'),
  scopeNeedsRefreshing: fault(
    'scope asks for offline_access alone, and the client is not registered for the grant type refresh_token.',
    'OIDC Core §11',
  ),
  scopeOfOtherResource: fault(
    'scope holds one of a resource that the request does not name: name it with resource, too, or name none.',
    'RFC 8707 §2.2',
  ),
  scopeOfSeveralResources: fault(
    'scope holds one that several resources know: name the one that is meant with resource.',
    'RFC 9068 §3',
  ),
  scopeMissing: fault(
    'scope is missing, and the client is registered for none of the resource that is meant.',
    'RFC 6749 §3.3',
  ),
  scopeBeyondGrant: fault('scope asks for more than was granted.', 'RFC 6749 §6'),
  resourceMalformed: fault('resource is not an absolute URI without fragment.', 'RFC 8707 §2'),
  resourceUnknown: fault('resource names none that is known here.', 'RFC 8707 §2'),
  resourceBeyondGrant: fault('resource names one that was not part of the authorization.', 'RFC 8707 §2.2'),
  resourceGone: fault('The resource of this authorization is not known here any more.', 'RFC 8707 §2.2'),
  resourcesOfDifferentForm: fault(
    'The resources take access tokens of different form: ask for a token for each, with resource at the token endpoint.',
    'RFC 8707 §2.2',
  ),
  audienceMissing: fault(
    'The request does not say what the token is for: name resource, a scope that one resource alone knows, or openid for a user.',
    'RFC 9068 §3',
  ),

  // Token request
  grantTypeUnknown: fault(
    'grant_type is none of authorization_code, refresh_token and client_credentials.',
    'RFC 6749 §5.2',
  ),
  grantTypeNotRegistered: fault('The client is not registered for this grant_type.', 'RFC 7591 §2'),
  codeNotUsable: fault(
    'The authorization code is unknown, expired, used, revoked or of another client.',
    'RFC 6749 §4.1.2',
  ),
  codeOfAnotherRedirectUri: fault('redirect_uri is not the one of the authorization request.', 'RFC 6749 §4.1.3'),
  codeVerifierUnexpected: fault(
    'code_verifier is sent, but the authorization request had no code_challenge.',
    'RFC 9700 §4.8.2',
  ),
  codeVerifierMissing: fault(
    'code_verifier is missing: the authorization request had a code_challenge.',
    'RFC 7636 §4.5',
  ),
  codeVerifierMalformed: fault(
    'code_verifier is not 43 to 128 letters, digits, hyphens, dots, underscores and tildes.',
    'RFC 7636 §4.1',
  ),
  codeVerifierMismatch: fault('code_verifier does not fit the code_challenge.', 'RFC 7636 §4.6'),
  refreshTokenNotUsable: fault(
    'The refresh token is unknown, expired, used, revoked or of another client.',
    'RFC 6749 §6',
  ),
  encryptionKeyMissing: (alg: string) =>
    fault(`The keys of the client hold none to encrypt with by ${alg}, as it is registered.`, 'OIDC Core §10.2'),
  deviceCodeNotUsable: fault('The device code is unknown, used, revoked or of another client.', 'RFC 8628 §3.5'),
  devicePending: fault('Nobody has entered the user code and decided yet: go on polling.', 'RFC 8628 §3.5'),
  devicePollsTooOften: fault(
    'Nobody has decided yet, and the device polls too often: from now on wait 5 seconds longer between two polls.',
    'RFC 8628 §3.5',
  ),
  deviceDenied: fault('The user has not allowed the device.', 'RFC 8628 §3.5'),
  deviceCodeExpired: fault('The device code has expired: ask for another one.', 'RFC 8628 §3.5'),
  tokenOfAnotherClient: fault('The token was issued to another client.', 'RFC 7009 §2.1'),

  // A token at a resource
  tokenInQuery: fault('The access token is in the query: send it in the Authorization field.', 'OAuth 2.1 §5.1'),
  authorizationRepeated: fault('There is more than one Authorization field.', 'RFC 6750 §2.1'),
  tokenPresentedTwice: fault('The access token is presented in more than one way.', 'RFC 6750 §2'),
  tokenInBody: fault('The access token is in the body: here it belongs in the Authorization field.', 'RFC 6750 §2.2'),
  authorizationNoBearer: fault('The Authorization field holds no Bearer token.', 'RFC 6750 §2.1'),
  tokenMalformed: fault('The access token is cut off, or no token at all.', 'RFC 6750 §3.1'),
  tokenForeign: fault('The access token was altered, or is not of the issuer that is trusted here.', 'RFC 9068 §4'),
  tokenOfAnotherKind: fault(
    'The token is no access token: an ID token, for example, is for the client alone.',
    'RFC 9068 §4',
  ),
  tokenIncomplete: fault('The access token lacks a claim that it must have.', 'RFC 9068 §2.2'),
  tokenOfAnotherAudience: fault(
    'The access token is for another resource than this: ask with a scope of this one (openid for userinfo), or name it with resource.',
    'RFC 9068 §4',
  ),
  tokenGoodElsewhere: fault(
    'The access token is good at another resource as well, which could use it here: ask for one of its own with resource.',
    'RFC 8707 §3',
  ),
  tokenExpired: fault('The access token has expired.', 'RFC 6750 §3.1'),
  tokenNotYetValid: fault('The access token is not valid yet.', 'RFC 7519 §4.1.5'),
  tokenBoundToKey: fault('The access token is bound to a key and came without proof of it.', 'RFC 9449 §7.2'),
  tokenNotActive: fault(
    'The access token is unknown or not active any more: it was revoked, has expired, or the sign-in that it comes from has ended.',
    'RFC 6750 §3.1',
  ),
  signInTooOldOrWeak: fault(
    'The sign-in that the access token comes from is over, too old or too weak for this: send the person to sign in once more.',
    'RFC 9470 §3',
  ),

  // Load
  tooManyPushedRequests: fault('Too many requests were pushed. Try again later.', 'RFC 9126 §2.3'),
  tooManyFetchedRequests: fault('Too many request objects are to be fetched. Try again later.', 'RFC 9101 §10.4.1'),
  tooManyInteractions: fault('Too many sign-ins were started. Try again later.', 'RFC 6585 §4'),

  // Clients that register themselves
  tooManyRegistrations: fault('Too many clients are being registered. Try again later.', 'RFC 7591 §5'),
  softwareStatementMissing: fault('software_statement is missing: clients need one here.', 'RFC 7591 §2.3'),
  softwareStatementMalformed: fault('software_statement is no signed JWT of an issuer (iss).', 'RFC 7591 §2.3'),
  softwareStatementIssuer: fault('The issuer of software_statement is not trusted here.', 'RFC 7591 §3.2.2'),
  softwareStatementSignature: fault('The signature of software_statement is not that of its issuer.', 'RFC 7591 §2.3'),
  softwareStatementAudience: fault(
    'aud of software_statement does not contain the issuer of this server.',
    'RFC 7519 §4.1.3',
  ),
  softwareStatementTime: fault('software_statement has expired, or is not yet valid.', 'RFC 7519 §4.1.4'),
  initialAccessTokenUnknown: fault('The initial access token is unknown, expired, used up or revoked.', 'RFC 7591 §3'),
  registrationTokenUnknown: fault(
    'The registration access token is unknown, or is not that of this client.',
    'RFC 7592 §2.1',
  ),
  registrationChanged: fault('The registration was changed at the same time. Try again.', 'RFC 7592 §2.2'),
  clientSecretNotIssued: fault('client_secret is not the one that was issued.', 'RFC 7592 §2.2'),

  // The body of a request
  bodyTooLong: fault('The body is too long.', 'RFC 9110 §15.5.14'),
  bodyTooSlow: fault('The body came too slowly.', 'RFC 9110 §15.5.9'),
  bodyCutOff: fault('The body was cut off.', 'RFC 9112 §8'),
  bodyNoForm: fault('The body is not of type application/x-www-form-urlencoded.', 'RFC 6749 appendix B'),
  bodyNoJson: fault('The body is not of type application/json.', 'RFC 7591 §3.1'),
  bodyNoJsonObject: fault('The body is not one JSON object in UTF-8.', 'RFC 7591 §3.1'),
  bodyJsonCompressed: fault('The JSON is compressed.', 'RFC 9110 §15.5.16'),
  bodyNotUtf8: fault('The form is not in UTF-8.', 'RFC 6749 appendix B'),
  bodyCompressed: fault('The form is compressed.', 'RFC 9110 §15.5.16'),
} as const satisfies Record<string, Fault | ((...values: string[]) => Fault)>;
