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

type FromFile = Camelized<Omit<FileSections, 'clients' | 'users' | 'key_encryption_keys' | 'default_resource'>>;

export type LogLevel = FileSections['log-level'];
export type HttpConfig = FromFile['http'];
export type AdminConfig = FromFile['admin'];
export type TelemetryConfig = FromFile['telemetry'];
export type OutboundConfig = FromFile['outbound'];
export type DatabaseConfig = FromFile['database'];
export type SigningKeysConfig = FromFile['signingKeys'];
export type Lifetimes = FromFile['lifetimes'];
export type PasswordConfig = FromFile['password'];
export type SignInConfig = FromFile['signIn'];
export type PagesConfig = FromFile['pages'];
export type JobsConfig = FromFile['jobs'];
export type DeclaredClient = FileSections['clients'][number];
export type DeclaredUser = FileSections['users'][number];

export interface RsConfigSection {
  /** Its identifier (RFC 8707 §2): the audience that rs insists on. */
  readonly resource: string;
  /** Milliseconds. */
  readonly clockSkew: number;
  readonly introspection?: { readonly clientId: string; readonly clientSecret: Secret };
}

/** What every role is given. */
type Everyone = Pick<
  FromFile,
  | 'profile'
  | 'logLevel'
  | 'logFormat'
  | 'issuer'
  | 'publicUrls'
  | 'internalUrls'
  | 'http'
  | 'cors'
  | 'admin'
  | 'telemetry'
  | 'outbound'
  | 'resources'
>;

/** What the roles on the database are given, and the commands and jobs. */
type Insider = Pick<FromFile, 'database' | 'signingKeys' | 'lifetimes' | 'password' | 'signIn' | 'pages' | 'jobs'> & {
  readonly keyEncryptionKeys: KeyEncryptionKeys;
  readonly defaultResource: string;
  readonly clients: readonly DeclaredClient[];
  readonly users: readonly DeclaredUser[];
};

export type InsiderConfig = Everyone & Insider;
export type RsConfig = Everyone & { readonly rs: RsConfigSection };
export type SpaRpConfig = Everyone & Pick<FromFile, 'spaRp'>;
export type Config = InsiderConfig & RsConfig & SpaRpConfig;

/** A role's configuration holds nothing that the role does not need: rs never sees the database or its keys. */
export interface ConfigOf {
  readonly authz: InsiderConfig;
  readonly idp: InsiderConfig;
  readonly rs: RsConfig;
  readonly 'spa-rp': SpaRpConfig;
  readonly all: Config;
}

export type ServingRole = keyof ConfigOf;

type SectionName = keyof FileSections;

const everyone: readonly SectionName[] = [
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
];

const insider: readonly SectionName[] = [
  'database',
  'key_encryption_keys',
  'signing_keys',
  'lifetimes',
  'default_resource',
  'clients',
  'users',
  'password',
  'sign_in',
  'pages',
  'jobs',
];

const own: Readonly<Record<ServingRole, readonly SectionName[]>> = {
  authz: insider,
  idp: insider,
  rs: ['rs'],
  'spa-rp': ['spa_rp'],
  all: [...insider, 'rs', 'spa_rp'],
};

/** Files named in other roles' sections are not even opened. */
export const usesSection = (role: ServingRole, section: string): boolean =>
  [...everyone, ...own[role]].includes(section as SectionName);

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

/** One section of the file as the record has it. */
function recordOf(file: FileSections, section: SectionName): unknown {
  switch (section) {
    case 'clients':
    case 'users':
      return asOnTheWire(file[section]);
    case 'key_encryption_keys':
      return camelized({ current: file[section][0], all: file[section] });
    case 'rs':
      return camelized({ ...file.rs, resource: file.rs.resource ?? file.default_resource });
    default:
      return camelized(file[section]);
  }
}

/** The record of a role, from sections that have been checked for it. */
export function toRecord<Role extends ServingRole>(file: FileSections, role: Role): ConfigOf[Role] {
  const sections = [...everyone, ...own[role]].map((section) => [camelCase(section), recordOf(file, section)]);
  return Object.freeze(Object.fromEntries(sections));
}
