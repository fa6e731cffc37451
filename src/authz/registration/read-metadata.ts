import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { readRegistration } from '../../protocol/client/client-registration.js';
import type { Document } from '../../protocol/client/member-reader.js';
import { takeSoftwareStatement } from '../../protocol/client/software-statement.js';
import type { Authz } from '../deps.js';
import { registrationRules } from './registration-rules.js';
import { assertInSector } from './sector.js';
import { createStatementVerifier } from './software-statements.js';

/** @throws OAuthError invalid_client_metadata, invalid_redirect_uri, invalid_software_statement, unapproved_software_statement */
export type ReadMetadata = (document: Document) => Promise<ClientMetadata>;

/** Reads what a client wants to be registered with, whether for the first time or instead of what it is (RFC 7591 §2, §2.3). */
export function createMetadataReader(authz: Authz): ReadMetadata {
  const rules = registrationRules(authz.config);
  const { requireSoftwareStatement } = authz.config.clientRegistration;
  const verifyStatement = createStatementVerifier(authz);
  return async (sent) => {
    const { document, statement } = takeSoftwareStatement(sent, { required: requireSoftwareStatement });
    const stated = statement === undefined ? {} : await verifyStatement(statement);
    const read = readRegistration({ ...document, ...stated }, rules);
    const metadata = statement === undefined ? read : { ...read, software_statement: statement };
    await assertInSector(authz, metadata);
    return metadata;
  };
}
