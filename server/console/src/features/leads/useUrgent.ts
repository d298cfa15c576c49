import { ref, type Ref } from "vue";

import { api, call } from "@/api/call";
import { gathering, useLive } from "@/api/live";

import { OPEN_STATES } from "./types";

const URGENT = 4;

/** How many urgent leads wait. The list begins with the most urgent, so one page tells. */
export function useUrgent(): Ref<number> {
  const waiting = ref(0);

  async function count(): Promise<void> {
    const query = { state: [...OPEN_STATES], limit: 100 };
    const result = await call(api.GET("/api/v1/leads", { params: { query } }));
    if (result.status !== "success") return;
    waiting.value = result.data.items.filter((row) => row.severity === URGENT).length;
  }

  const gather = gathering(() => void count());
  useLive((kind) => {
    if (kind === "lead" || kind === "opened") gather();
  });
  return waiting;
}
