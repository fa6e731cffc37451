import type { CustomScopes } from '../protocol/claims.js';
import type { RoleName } from '../protocol/endpoints.js';
import { accountApi } from '../protocol/resource/account-api.js';
import type { RegistrationMode } from '../protocol/sign-in/registration.js';
import { type IdentityProvider, identityProviderOf } from './identity-providers.js';
import type { FileSections } from './schema.js';
import type { Secret } from './secret.js';

type CamelCase<Key> = Key extends `${infer Head}${'_' | '-'}${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Key;

type Leaf = Secret | Buffer | string | number | boolean;

/** What a section becomes: camelCase, read-only, and the values of files in the place of their names. */
type Camelized<Section> = Section extends Leaf
  ? Section
  : Section extends readonly (infer Item)[]
    ? readonly Camelized<Item>[]
    : {
        readonly [Key in keyof Section as Key extends `${infer Value}_file`
          ? Value extends keyof Section
            ? never
            : CamelCase<Key>
          : CamelCase<Key>]: Camelized<Exclude<Section[Key], undefined>>;
      };

interface KeyEncryptionKey {
  readonly id: string;
  readonly key: Buffer;
}

/** `current` encrypts what has to be recoverable at rest, every one of `all` decrypts. */
interface KeyEncryptionKeys {
  readonly current: KeyEncryptionKey;
  readonly all: readonly KeyEncryptionKey[];
}

export interface RsConfigSection {
  /** Its identifier (RFC 8707 §2): the audience that rs insists on. Without any resource its own URL, for which nobody gets a token. */
  readonly resource: string;
  /** Milliseconds. */
  readonly clockSkew: number;
  readonly introspection?: { readonly clientId: string; readonly clientSecret: Secret };
  /** What writes need of the sign-in; milliseconds. */
  readonly stepUp?: { readonly acrValues: readonly string[]; readonly maxAge?: number };
}

export interface ClaimsConfigSection {
  /** Scopes of the installation's own, as the wire has them. */
  readonly scopes: CustomScopes;
}

export type DeclaredClient = FileSections['clients'][number];
export type DeclaredUser = FileSections['users'][number];

type SectionName = keyof FileSections;

/** The sections that have another form in memory than in the file; {@link inMemory} makes it. */
interface Reshaped {
  readonly key_encryption_keys: KeyEncryptionKeys;
  readonly clients: readonly DeclaredClient[];
  readonly users: readonly DeclaredUser[];
  readonly rs: RsConfigSection;
  readonly claims: ClaimsConfigSection;
  readonly identity_providers: readonly IdentityProvider[];
}

type InMemory<Name extends SectionName> = Name extends keyof Reshaped ? Reshaped[Name] : Camelized<FileSections[Name]>;

type Sections<Names extends readonly SectionName[]> = {
  readonly [Name in Names[number] as CamelCase<Name>]: InMemory<Name>;
};

/** What a process can be told to play: one role, or all of them, for development. */
export const servingRoles = ['authz', 'idp', 'rs', 'spa-rp', 'all'] as const satisfies readonly (RoleName | 'all')[];
export type ServingRole = (typeof servingRoles)[number];

/** What is read where the command line names no other. */
export const defaultConfigFile = 'configs/identity/production.yml';

/** What every role is given. */
const everyRole = [
  'profile',
  'log-level',
  'log-format',
  'issuer',
  'public_urls',
  'internal_urls',
  'http',
  'cors',
  'admin',
  'telemetry',
  'outbound',
  'resources',
] as const satisfies readonly SectionName[];

/** What the roles on the database are given besides, and the commands and jobs. */
const databaseRole = [
  'database',
  'key_encryption_keys',
  'signing_keys',
  'lifetimes',
  'default_resource',
  'claims',
  'clients',
  'client_assertions',
  'client_registration',
  'users',
  'password',
  'sign_in',
  'webauthn',
  'registration',
  'identity_providers',
  'logout',
  'session_management',
  'policy',
  'factors',
  'limits',
  'mail',
  'pages',
  'jobs',
] as const satisfies readonly SectionName[];

/** A role's configuration holds nothing that the role does not need: rs never sees the database or its keys. */
const ownSections = {
  authz: databaseRole,
  idp: databaseRole,
  rs: ['rs'],
  'spa-rp': ['spa_rp'],
  all: [...databaseRole, 'rs', 'spa_rp'],
} as const satisfies Readonly<Record<ServingRole, readonly SectionName[]>>;

/** The public URLs that a role cannot do without: its own, but for authz's, which is the issuer, and those that it sends browsers to. */
const neededPublicUrls = {
  authz: ['idp'],
  idp: ['idp'],
  rs: ['rs'],
  'spa-rp': ['idp', 'rs', 'spa_rp'],
} as const satisfies Readonly<Record<RoleName, readonly (keyof FileSections['public_urls'])[]>>;

type NeededPublicUrls<Role extends ServingRole> = {
  readonly publicUrls: {
    readonly [Name in (typeof neededPublicUrls)[Role extends RoleName
      ? Role
      : RoleName][number] as CamelCase<Name>]: string;
  };
};

type EveryRoleConfig = Sections<typeof everyRole>;

export type ConfigOf<Role extends ServingRole> = EveryRoleConfig &
  NeededPublicUrls<Role> &
  Sections<(typeof ownSections)[Role]>;
export type DatabaseRoleConfig = ConfigOf<'authz' | 'idp'>;
export type RsConfig = ConfigOf<'rs'>;
export type SpaRpConfig = ConfigOf<'spa-rp'>;
export type AllRolesConfig = ConfigOf<'all'>;

/** What a process plays beside the configuration that fits it: who looks at the role knows the configuration. */
export type Serving<Role extends ServingRole = ServingRole> = {
  readonly [Each in Role]: { readonly role: Each; readonly config: ConfigOf<Each> };
}[Role];

export type HttpConfig = EveryRoleConfig['http'];
export type AdminConfig = EveryRoleConfig['admin'];
export type DatabaseConfig = DatabaseRoleConfig['database'];

const sectionsOf = (role: ServingRole): readonly SectionName[] => [...everyRole, ...ownSections[role]];

/** Whether the role is given the section: files named in other roles' sections are not even opened. */
export const usesSection = (role: ServingRole, section: string): boolean =>
  sectionsOf(role).some((name) => name === section);

/** Sections whose files are idp's alone among the roles on the database. */
const filesOfIdp = ['mail', 'identity_providers'];

/** Whether the role opens the files that the section names: all do with theirs, but only idp sends mail and knows other providers. */
export const readsFilesOf = (role: ServingRole, section: string): boolean =>
  usesSection(role, section) && !(filesOfIdp.includes(section) && role === 'authz');

/** Whether mail goes anywhere: to a server, or to the page of the profiles that are not production. */
export const isMailOn = ({ profile, mail }: Pick<DatabaseRoleConfig, 'profile' | 'mail'>): boolean =>
  mail.smtp !== undefined || profile !== 'production';

/** Who may make an account of their own: nobody where no mail goes anywhere, since each begins with a link. */
export const registrationOf = (
  config: Pick<DatabaseRoleConfig, 'profile' | 'mail' | 'registration'>,
): RegistrationMode => (isMailOn(config) ? config.registration : 'off');

/** What is as configured, and perhaps not as meant. */
export function remarksOn(serving: Serving): readonly string[] {
  if (serving.role !== 'idp' && serving.role !== 'all') return [];
  const { config } = serving;
  if (isMailOn(config)) return [];
  return [
    'mail is off: nobody is told of what happens to their account; set mail.smtp',
    ...(config.registration === 'off' ? [] : ['registration is off with it: an account begins with a mailed link']),
  ];
}

/** The roles on whose account a process needs a public URL; none where it can do without. */
export const rolesInNeedOf = (url: keyof FileSections['public_urls'], role: ServingRole): readonly RoleName[] =>
  (Object.keys(neededPublicUrls) as RoleName[]).filter(
    (each) => (role === 'all' || role === each) && neededPublicUrls[each].some((needed) => needed === url),
  );

/** What tokens are for: the resources of the file and, wherever people are, their account API. */
export const allResources = ({
  resources = [],
  public_urls: urls,
}: {
  readonly [Name in 'resources' | 'public_urls']?: FileSections[Name] | undefined;
}): FileSections['resources'] => [...resources, ...(urls?.idp === undefined ? [] : [accountApi(urls.idp)])];

type ResourceSections = { readonly [Name in 'rs' | 'default_resource' | 'resources']?: FileSections[Name] | undefined };

/** Which of the resources rs is: as named, or the only one there can be. */
export const resourceOfRs = ({ rs, default_resource, resources = [] }: ResourceSections): string | undefined =>
  rs?.resource ?? default_resource ?? (resources.length === 1 ? resources[0]?.identifier : undefined);

const camelCase = (key: string): string => key.replace(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase());

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Renames keys at every depth and freezes; secrets and keys pass as they are. */
function camelized(value: unknown, rename: (key: string) => string = camelCase): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map((item) => camelized(item, rename)));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.freeze(Object.fromEntries(entries.map(([key, inner]) => [rename(key), camelized(inner, rename)])));
}

const asOnTheWire = (value: unknown) => camelized(value, (key) => key);

function inMemory(file: FileSections, section: SectionName): unknown {
  switch (section) {
    case 'claims':
    case 'clients':
    case 'users':
      return asOnTheWire(file[section]);
    case 'identity_providers':
      return Object.freeze(file[section].map(identityProviderOf));
    case 'key_encryption_keys':
      return camelized({ current: file[section][0], all: file[section] });
    case 'resources':
      return camelized(allResources(file));
    case 'rs':
      return camelized({ ...file.rs, resource: resourceOfRs(file) ?? file.public_urls.rs });
    default:
      return camelized(file[section]);
  }
}

/** A role with its configuration, from sections that have been checked for it. */
export function toServing<Role extends ServingRole>(file: FileSections, role: Role): Serving<Role> {
  const sections = sectionsOf(role).map((section) => [camelCase(section), inMemory(file, section)]);
  // The one place where the compiler is told what a role's configuration is; all others hear it from the compiler.
  return { role, config: Object.freeze(Object.fromEntries(sections)) } as Serving<Role>;
}
