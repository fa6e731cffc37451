import type { RequestHandler } from 'express';
import {
  type ProtectedResourceDescription,
  protectedResourceMetadata,
  protectedResourceMetadataPath,
  protectedResourceMetadataUrl,
} from '../protocol/resource/protected-resource-metadata.js';

/** The metadata's own path (RFC 9728 §3.1), and the bare one, where clients look that only know the host. */
export function metadataPaths(resource: string): string[] {
  const inserted = protectedResourceMetadataUrl(resource)?.pathname;
  return [...new Set([protectedResourceMetadataPath, inserted ?? protectedResourceMetadataPath])];
}

/** GET /.well-known/oauth-protected-resource (RFC 9728 §3.2) */
export function metadata(description: ProtectedResourceDescription): RequestHandler {
  const body = Buffer.from(JSON.stringify(protectedResourceMetadata(description)));
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' };
  return (_req, res) => void res.set(headers).end(body);
}
