import type { Parameters } from '../parameters.js';

/** How the answer travels (OAuth 2.0 Multiple Response Type Encoding §2.1, Form Post Response Mode §2). */
export const responseModes = ['query', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** The response mode for the answer, good or bad (Multiple Response Types §2.1): an unknown one is refused by query. */
export const responseModeOf = (parameters: Parameters): ResponseMode =>
  parameters.get('response_mode') === 'form_post' ? 'form_post' : 'query';
