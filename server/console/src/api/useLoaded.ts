import { onScopeDispose, shallowRef, type ShallowRef } from "vue";

import type { Result, Trouble } from "./call";

/** What a page has to draw: each case, not only the good one. */
export type Loaded<T> =
  | { kind: "loading" }
  | { kind: "ready"; data: T; at: Date }
  | { kind: "error" | "forbidden" | "gone"; trouble: Trouble };

export interface Reader<T> {
  state: ShallowRef<Loaded<T>>;
  /** Reads again; quietly keeps what is shown until the answer is there. */
  reload: (quietly?: boolean) => Promise<void>;
}

/** Reads something and keeps the state of reading; a newer reading aborts an older one. */
export function useLoaded<T>(read: (signal: AbortSignal) => Promise<Result<T>>): Reader<T> {
  const state: ShallowRef<Loaded<T>> = shallowRef({ kind: "loading" });
  let current: AbortController | null = null;

  async function reload(quietly = false): Promise<void> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    const kept = quietly && state.value.kind === "ready";
    if (!kept) state.value = { kind: "loading" };
    const result = await read(mine.signal);
    if (current === mine) settle(result, kept);
  }

  function settle(result: Result<T>, kept: boolean): void {
    if (result.status === "aborted") return;
    if (result.status === "success") {
      state.value = { kind: "ready", data: result.data, at: new Date() };
      return;
    }
    // a passing failure in the background does not take away what is on the page
    const kind = kindOf(result.trouble);
    if (!kept || kind !== "error") state.value = { kind, trouble: result.trouble };
  }

  onScopeDispose(() => current?.abort());
  return { state, reload };
}

function kindOf(trouble: Trouble): "error" | "forbidden" | "gone" {
  if (trouble.status === 403) return "forbidden";
  return trouble.status === 404 ? "gone" : "error";
}
