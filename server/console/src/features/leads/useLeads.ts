import { computed, ref, shallowRef, watch, type Ref } from "vue";

import { api, call, type Result, type Schemas } from "@/api/call";
import { gathering, useLive } from "@/api/live";
import { useLoaded } from "@/api/useLoaded";

import { applyTold, mergeLeads } from "./mergeLeads";
import { FILTERS, type LeadRow } from "./types";

type Page = Schemas["LeadList"];

async function readPage(filter: string, cursor: string | null, signal?: AbortSignal): Promise<Result<Page>> {
  const states = FILTERS[filter] ?? [];
  const query = { state: states.length > 0 ? [...states] : null, cursor };
  return call(api.GET("/api/v1/leads", { params: { query }, ...(signal ? { signal } : {}) }));
}

/** The list of leads under a filter, kept live. `busy`: the officer is at work in the list. */
export function useLeads(filter: Ref<string>, busy: Ref<boolean>) {
  const reader = useLoaded((signal) => readPage(filter.value, null, signal));
  const rows = shallowRef<readonly LeadRow[]>([]);
  const waiting = shallowRef<readonly LeadRow[]>([]);
  const cursor = ref<string | null>(null);
  const pages = ref(1);

  function takeOver(page: Page): void {
    rows.value = page.items;
    waiting.value = [];
    cursor.value = page.next_cursor;
    pages.value = 1;
  }

  async function refresh(): Promise<void> {
    const before = reader.state.value.kind;
    await reader.reload(true);
    const state = reader.state.value;
    if (state.kind !== "ready") return;
    const hold = before === "ready" && (busy.value || pages.value > 1);
    if (!hold) return takeOver(state.data);
    const merged = mergeLeads(rows.value, state.data.items, true);
    rows.value = merged.shown;
    waiting.value = merged.waiting;
  }

  async function open(): Promise<void> {
    await reader.reload();
    if (reader.state.value.kind === "ready") takeOver(reader.state.value.data);
  }

  async function more(): Promise<void> {
    if (cursor.value === null) return;
    const result = await readPage(filter.value, cursor.value);
    if (result.status !== "success") return;
    const known = new Set(rows.value.map((row) => row.id));
    rows.value = [...rows.value, ...result.data.items.filter((row) => !known.has(row.id))];
    cursor.value = result.data.next_cursor;
    pages.value += 1;
  }

  function loadWaiting(): number {
    const n = waiting.value.length;
    if (reader.state.value.kind === "ready") takeOver(reader.state.value.data);
    return n;
  }

  const gather = gathering(() => void refresh());
  useLive((kind, told) => {
    // a row that has left the filter is not read again, but the change itself says where it stands
    if (kind === "lead" && told !== null) rows.value = applyTold(rows.value, told);
    if (kind === "lead" || kind === "opened") gather();
  });
  watch(filter, open, { immediate: true });

  const counts = computed(() =>
    reader.state.value.kind === "ready" ? reader.state.value.data.counts : {},
  );
  return { state: reader.state, rows, waiting, counts, cursor, open, more, loadWaiting };
}
