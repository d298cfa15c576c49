import { watch, type Ref } from "vue";

import { api, call, type Schemas } from "@/api/call";
import { useLive } from "@/api/live";
import { useLoaded } from "@/api/useLoaded";

export type Transfer = Schemas["Transfer"];

/** The transfers in reach. */
export function useTransfers() {
  const { state, reload } = useLoaded((signal) => call(api.GET("/api/v1/transfers", { signal })));
  useLive((kind) => {
    if (kind === "transfer" || kind === "lead" || kind === "opened") void reload(true);
  });
  void reload();
  return { state, reload };
}

/** One transfer. */
export function useTransfer(id: Ref<string>) {
  const { state, reload } = useLoaded<Transfer>((signal) =>
    call(api.GET("/api/v1/transfers/{id}", { params: { path: { id: id.value } }, signal })),
  );
  watch(id, () => void reload(), { immediate: true });
  return { state, reload };
}
