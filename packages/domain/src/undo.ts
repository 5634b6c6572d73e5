/**
 * How one account is rolled back: before a field of an account is written, its old value is noted. Noting costs three
 * array stores; nothing is copied and nothing is undone unless an invariant breaks (`rollBack`). The journal is
 * emptied at the start of every entry, so it never grows beyond what one entry changes.
 */
export interface Undo {
  readonly objects: object[];
  /** A property name, or a key of a Map. */
  readonly keys: string[];
  readonly values: unknown[];
  /** How each note is taken back. */
  readonly kinds: number[];
  length: number;
  /** Tests only: the note at which `keep` fails, -1 for never. Proves that any write can be rolled back. */
  failAt: number;
}

const PROPERTY = 0;
const MAP_SET = 1;
const MAP_NEW = 2;
const ARRAY_LENGTH = 3;

export function createUndo(): Undo {
  return { objects: [], keys: [], values: [], kinds: [], length: 0, failAt: -1 };
}

/** To be called before `object[key]` is written. */
export function keep<T extends object>(undo: Undo, object: T, key: Extract<keyof T, string>): void {
  note(undo, object, key, object[key], PROPERTY);
}

/** Notes and writes in one step, where speed does not matter. */
export function change<T extends object, K extends Extract<keyof T, string>>(undo: Undo, object: T, key: K, value: T[K]): void {
  note(undo, object, key, object[key], PROPERTY);
  object[key] = value;
}

export function setEntry<V>(undo: Undo, map: Map<string, V>, key: string, value: V): void {
  const old = map.get(key);
  if (old === undefined) note(undo, map, key, undefined, MAP_NEW);
  else note(undo, map, key, old, MAP_SET);
  map.set(key, value);
}

export function deleteEntry<V>(undo: Undo, map: Map<string, V>, key: string): void {
  if (map.size === 0) return;
  const old = map.get(key);
  if (old === undefined) return;
  note(undo, map, key, old, MAP_SET);
  map.delete(key);
}

export function append<T>(undo: Undo, array: T[], item: T): void {
  note(undo, array, "", array.length, ARRAY_LENGTH);
  array.push(item);
}

/**
 * Takes every noted write back, the last first; with `from`, only those noted since `undo.length` was that. What was deleted from a
 * map comes back at its end.
 */
export function rollBack(undo: Undo, from = 0): void {
  for (let at = undo.length - 1; at >= from; at--) {
    const object = undo.objects[at] as object;
    const key = undo.keys[at] as string;
    const kind = undo.kinds[at];
    if (kind === MAP_NEW) (object as Map<string, unknown>).delete(key);
    else if (kind === MAP_SET) (object as Map<string, unknown>).set(key, undo.values[at]);
    else if (kind === ARRAY_LENGTH) (object as unknown[]).length = undo.values[at] as number;
    else (object as Record<string, unknown>)[key] = undo.values[at];
  }
  undo.length = from;
}

function note(undo: Undo, object: object, key: string, value: unknown, kind: number): void {
  const at = undo.length;
  if (at === undo.failAt) throw new Error("asked to fail here");
  undo.objects[at] = object;
  undo.keys[at] = key;
  undo.values[at] = value;
  undo.kinds[at] = kind;
  undo.length = at + 1;
}
