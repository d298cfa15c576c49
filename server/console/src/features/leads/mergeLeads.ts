/** What two readings of a list have to have in common. */
export interface Row {
  id: string;
  version: number;
}

export interface Merged<T> {
  shown: readonly T[];
  /** New rows that wait until the officer asks for them. */
  waiting: readonly T[];
}

/**
 * Joins a fresh reading with the rows on the page.
 *
 * While the officer is busy in the list (`hold`) a shown row is patched where it stands and never
 * moves or vanishes under the pointer; new rows wait. Otherwise the fresh reading simply takes over.
 */
export function mergeLeads<T extends Row>(
  shown: readonly T[],
  fetched: readonly T[],
  hold: boolean,
): Merged<T> {
  if (!hold) return { shown: fetched, waiting: [] };
  const byId = new Map(fetched.map((row) => [row.id, row]));
  const known = new Set(shown.map((row) => row.id));
  return {
    shown: shown.map((row) => newest(row, byId.get(row.id))),
    waiting: fetched.filter((row) => !known.has(row.id)),
  };
}

/** Where a row stands after a change that was told: only a newer version counts. */
export function applyTold<T extends Row & { state: string }>(
  rows: readonly T[],
  told: { id: string; version: number | null; state: string | null },
): readonly T[] {
  const { id, version, state } = told;
  if (version === null || state === null) return rows;
  const isNewer = (row: T): boolean => row.id === id && version > row.version;
  return rows.some(isNewer)
    ? rows.map((row) => (isNewer(row) ? { ...row, version, state } : row))
    : rows;
}

function newest<T extends Row>(row: T, fetched: T | undefined): T {
  return fetched !== undefined && fetched.version >= row.version ? fetched : row;
}
