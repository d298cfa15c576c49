import { ref, toValue, watch, type MaybeRefOrGetter } from "vue";

import { api, call, type Result, type Schemas, type Trouble } from "@/api/call";
import { useLive } from "@/api/live";
import { useLoaded } from "@/api/useLoaded";

export type Revision = Schemas["RevisionSummary"];
export type RevisionPage = Schemas["RevisionPage"];

/** The revisions of one device; read again when a device or a revision has changed. */
export function useRevisions(device: MaybeRefOrGetter<string>) {
  const { state, reload } = useLoaded((signal) =>
    call(
      api.GET("/api/v1/devices/{id}/config-revisions", {
        params: { path: { id: toValue(device) } },
        signal,
      }),
    ),
  );
  useLive((kind) => {
    if (kind === "device" || kind === "opened") void reload(true);
  });
  watch(() => toValue(device), () => void reload(), { immediate: true });
  return { state, reload };
}

/** One revision with its files; read again when its version is another. */
export function useRevision(revision: MaybeRefOrGetter<Revision>) {
  const { state, reload } = useLoaded((signal) =>
    call(
      api.GET("/api/v1/config-revisions/{id}", {
        params: { path: { id: toValue(revision).id } },
        signal,
      }),
    ),
  );
  watch(
    () => [toValue(revision).id, toValue(revision).version],
    ([id], before) => void reload(before?.[0] === id),
    { immediate: true },
  );
  return { state, reload };
}

/** What people do with revisions. Every act names the version that was read. */
export function useActs(done: () => void) {
  const busy = ref(false);
  const trouble = ref<Trouble | null>(null);

  async function act(request: () => Promise<Result<RevisionPage>>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    trouble.value = null;
    const result = await request();
    busy.value = false;
    if (result.status === "error") trouble.value = result.trouble;
    if (result.status !== "aborted") done();
    return result.status === "success";
  }

  const given = ({ id, version }: Revision) => ({
    path: { id },
    header: { "if-match": `"${version}"` },
  });

  return {
    busy,
    trouble,
    approve: (one: Revision) =>
      act(() => call(api.POST("/api/v1/config-revisions/{id}/approval", { params: given(one) }))),
    publish: (one: Revision) =>
      act(() => call(api.POST("/api/v1/config-revisions/{id}/publication", { params: given(one) }))),
    withdraw: (one: Revision, reason: string) =>
      act(() =>
        call(
          api.POST("/api/v1/config-revisions/{id}/withdrawal", {
            params: given(one),
            body: { reason },
          }),
        ),
      ),
    restore: (one: Revision, reason: string) =>
      act(() =>
        call(
          api.POST("/api/v1/config-revisions/{id}/restoration", {
            params: { path: { id: one.id } },
            body: { reason },
          }),
        ),
      ),
    draft: (device: string, files: Record<string, string>, reason: string) =>
      act(() =>
        call(
          api.POST("/api/v1/devices/{id}/config-revisions", {
            params: { path: { id: device } },
            body: { files, reason },
          }),
        ),
      ),
  };
}
