import TestSequencer from '@jest/test-sequencer';

/** The projects, whose files take longest first. */
const projects = ['e2e', 'integration', 'unit', 'architecture'];

const rank = ({ context }) => projects.indexOf(context.config.displayName.name);

/** A short file at the end leaves no worker waiting for a long one. Within a project as jest has it: by time taken before, or by size. */
export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}
