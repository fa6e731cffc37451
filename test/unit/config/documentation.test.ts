import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Node, tree } from '../../../src/config/tree.js';

/** Every key with its default, as the documentation writes both. */
function keysOf(node: Node, path: string): readonly (readonly [string, string])[] {
  if (node.items?.properties) return keysOf(node.items, `${path}[]`);
  if (node.properties && path !== 'users[].claims') {
    return Object.entries(node.properties).flatMap(([key, child]) => keysOf(child, path ? `${path}.${key}` : key));
  }
  const value = Array.isArray(node.default) ? `[${node.default.join(', ')}]` : node.default;
  return [[path, value === undefined ? '-' : typeof value === 'object' ? '{}' : String(value)]];
}

const dependsOnTheMachine = 'password.concurrency';

describe('docs/configuration.md', () => {
  it('names every key and its default, and no other', () => {
    const rows = readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `([^`]+)` \| (?:`([^`]*)`|-) \|/gm);
    const documented = [...rows].map(([, key = '', value = '-']) => [key, value] as const);
    const actual = keysOf(tree, '').map(([key, value]) => [key, key === dependsOnTheMachine ? '-' : value] as const);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(actual));
    expect(documented).toHaveLength(actual.length);
  });
});
