import { watch, type Ref } from "vue";

import { api, call } from "@/api/call";
import { gathering, useLive } from "@/api/live";
import { useLoaded } from "@/api/useLoaded";

import type { Lead } from "./types";

/** One lead, read again when the server says that leads changed. */
export function useLead(id: Ref<string>) {
  const { state, reload } = useLoaded<Lead>((signal) =>
    call(api.GET("/api/v1/leads/{id}", { params: { path: { id: id.value } }, signal })),
  );

  function replace(lead: Lead): void {
    state.value = { kind: "ready", data: lead, at: new Date() };
  }

  // pieces of evidence come in a row and each changes the lead: one reading for all
  const gather = gathering(() => void reload(true));
  useLive((kind, told) => {
    const changed = kind === "lead" && told?.id === id.value;
    if (changed || kind === "opened") gather();
  });
  watch(id, () => void reload(), { immediate: true });
  return { state, reload, replace };
}
