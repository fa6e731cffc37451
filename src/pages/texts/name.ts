import type { Html } from '../html.js';

/** A name as plain text or already set in type. */
export type Name = string | Html;
