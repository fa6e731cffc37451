import type { Step } from '../../protocol/sign-in/next-step.js';

/**
 * The steps that ask somebody for something, each with an endpoint of its name; the others end the interaction, or lead to pages beside
 * it.
 */
export type StepKind = Exclude<Step['kind'], 'done' | 'refused' | 'signUp'>;
