import { onBeforeUnmount, watch, type Ref } from "vue";

import { api, call } from "@/api/call";
import { gathering, useLive } from "@/api/live";
import { useLoaded } from "@/api/useLoaded";

import type { Lead } from "./types";

/** The server lets go of a lead 90 seconds after the last sign of its reader. */
const HOLD_EVERY_MS = 30_000;

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
  // typing and moving are signs of life; a page that is only left open lets go of the lead
  let active = false;
  const stir = (): void => {
    active = true;
  };
  const signs = ["keydown", "pointermove"] as const;
  for (const sign of signs) window.addEventListener(sign, stir, { passive: true });
  const timer = window.setInterval(() => {
    if (!active) return;
    active = false;
    void call(api.POST("/api/v1/leads/{id}/hold", { params: { path: { id: id.value } } }));
  }, HOLD_EVERY_MS);
  onBeforeUnmount(() => {
    window.clearInterval(timer);
    for (const sign of signs) window.removeEventListener(sign, stir);
  });

  watch(id, () => void reload(), { immediate: true });
  return { state, reload, replace };
}
