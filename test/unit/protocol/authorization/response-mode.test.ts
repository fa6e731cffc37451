import { describe, expect, it } from '@jest/globals';
import { responseModeOf } from '../../../../src/protocol/authorization/response-mode.js';
import { parseParameters } from '../../../../src/protocol/parameters.js';

describe('response mode of the answer, however bad the request (Multiple Response Types §2.1)', () => {
  it.each([
    ['query', ''],
    ['form_post', 'response_mode=form_post'],
    ['query', 'response_mode=query'],
    ['query', 'response_mode=fragment'],
  ])('%s for “%s”', (mode, parameters) => expect(responseModeOf(parseParameters(parameters))).toBe(mode));
});
