/** Who may import whom: imports only fall, go in no circle, and two roles are outsiders. */
import { describe, expect, it } from '@jest/globals';
import { type Floors, handInHand, house, rooms } from './floors.js';
import { type Import, migrations, roomOf, sources } from './source.js';

const everything = [...sources, ...migrations];
const importsOf = new Map(everything.map(({ file, imports }) => [file, imports.map(({ to }) => to)]));
const ours = (file: string): readonly string[] => (importsOf.get(file) ?? []).filter((to) => importsOf.has(to));

/** A folder or a file of a room, one step further down the path than the room itself. */
const partOf = (file: string): string => (file.split('/')[2] ?? '').replace(/\.ts$/, '');

function floorOf(part: string, floors: Floors): number {
  const named = floors.findIndex((parts) => parts.includes(part));
  return named >= 0 ? named : floors.findIndex((parts) => parts.includes('*'));
}

function falls(from: string, to: string, floors: Floors): boolean {
  if (from === to) return true;
  const [above, below] = [floorOf(from, floors), floorOf(to, floors)];
  const isFree = above === below && !floors.flat().includes(from) && !floors.flat().includes(to);
  return above < below || isFree;
}

function mayImport(from: string, to: string): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room !== other)
    return handInHand.some((both) => both.includes(room) && both.includes(other)) || falls(room, other, house);
  const floors = rooms[room];
  return floors === undefined || falls(partOf(from), partOf(to), floors);
}

function reachableFrom(start: readonly string[]): readonly string[] {
  const reached = new Set(start);
  for (const file of reached) for (const next of ours(file)) reached.add(next);
  return [...reached];
}

/** The first circle found by going down from `file`, or nothing. */
function circleFrom(file: string, path: readonly string[], done: Set<string>): readonly string[] {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return [];
  for (const next of ours(file)) {
    const circle = circleFrom(next, [...path, file], done);
    if (circle.length > 0) return circle;
  }
  done.add(file);
  return [];
}

describe('imports', () => {
  it('every file belongs to a room of the plan, and to a floor of its room', () => {
    const homeless = everything.filter(({ file }) => {
      const floors = rooms[roomOf(file)];
      return floorOf(roomOf(file), house) < 0 || (floors !== undefined && floorOf(partOf(file), floors) < 0);
    });
    expect(homeless.map(({ file }) => file)).toEqual([]);
  });

  it('every room and floor of the plan has a file', () => {
    const parts = everything.map(({ file }) => `${roomOf(file)}/${partOf(file)}`);
    const planned = Object.entries(rooms).flatMap(([room, floors]) => floors.flat().map((part) => `${room}/${part}`));
    expect(planned.filter((part) => !part.endsWith('/*') && !parts.includes(part))).toEqual([]);
  });

  it('only fall', () => {
    const climbing = everything.flatMap(({ file }) =>
      ours(file)
        .filter((to) => !mayImport(file, to))
        .map((to) => `${file} → ${to}`),
    );
    expect(climbing).toEqual([]);
  });

  it('name files that are there', () => {
    const broken = everything.flatMap(({ file, imports }) =>
      imports
        .filter(({ to }) => /^(src|migrations)\/.*\.ts$/.test(to) && !importsOf.has(to))
        .map(({ to }) => `${file} → ${to}`),
    );
    expect(broken).toEqual([]);
  });

  it('go in no circle, not even for a type', () => {
    const done = new Set<string>();
    const circles = everything.map(({ file }) => circleFrom(file, [], done));
    expect(circles.find((circle) => circle.length > 0) ?? []).toEqual([]);
  });

  it.each(['rs', 'spa-rp'])('%s reaches no storage, neither itself nor through others', (role) => {
    const reached = reachableFrom(sources.map(({ file }) => file).filter((file) => roomOf(file) === role));
    expect(reached.filter((file) => roomOf(file) === 'storage')).toEqual([]);
  });

  it.each(['rs', 'spa-rp'])('%s loads neither ORM nor driver', (role) => {
    const reached = reachableFrom(sources.map(({ file }) => file).filter((file) => roomOf(file) === role));
    const packages = reached.flatMap((file) => importsOf.get(file) ?? []);
    expect(packages.filter((name) => ['pg', 'typeorm', '@node-rs/argon2'].includes(name))).toEqual([]);
  });

  it('bring TypeORM in for migrations alone: a process that serves runs none as a rule, and keeps what it loads', () => {
    const loading = (to: (name: string) => boolean, how: Import['loaded']) =>
      sources
        .filter(({ imports }) => imports.some((each) => to(each.to) && each.loaded === how))
        .map(({ file }) => file);
    const ofSchema = (file: string) => file.startsWith('src/storage/schema/');
    const dataSource = 'src/storage/data-source.ts';
    expect(loading((name) => name === 'typeorm', 'at once').filter((file) => !ofSchema(file))).toEqual([dataSource]);
    expect(loading(ofSchema, 'at once')).toEqual([dataSource]);
    expect(loading((file) => file === dataSource, 'at once')).toEqual([]);
    const ondemand = loading((name) => name === 'typeorm' || ofSchema(name) || name === dataSource, 'when asked for');
    expect(ondemand).toEqual(['src/storage/schema-migrations.ts']);
    expect(
      migrations.flatMap(({ imports }) => imports).filter(({ to, loaded }) => to === 'typeorm' && loaded !== 'never'),
    ).toEqual([]);
  });

  it('know all four roles in process/roles.ts alone', () => {
    const roles = ['authz', 'idp', 'rs', 'spa-rp'];
    const outside = sources.filter(({ file }) => !roles.includes(roomOf(file)) && file !== 'src/process/roles.ts');
    const knowing = outside.filter(({ file }) => ours(file).some((to) => roles.includes(roomOf(to))));
    expect(knowing.map(({ file }) => file)).toEqual([]);
  });

  it('are not exported again', () => {
    const again = sources.filter(({ syntax }) =>
      syntax.body.some(
        (item) =>
          item.type === 'ExportAllDeclaration' || (item.type === 'ExportNamedDeclaration' && item.source !== null),
      ),
    );
    expect(again.map(({ file }) => file)).toEqual([]);
  });
});
