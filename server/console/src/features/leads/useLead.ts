import { watch, type Ref } from "vue";

import { api, call } from "@/api/call";
import { useLive } from "@/api/live";
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

  useLive((kind, about) => {
    if (kind === "opened" || (kind === "lead" && about === id.value)) void reload(true);
  });
  watch(id, () => void reload(), { immediate: true });
  return { state, reload, replace };
}
