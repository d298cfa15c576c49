import { toRef, watch, type Ref } from "vue";

import { api, call, type Schemas } from "@/api/call";
import { useLive } from "@/api/live";
import { useLoaded } from "@/api/useLoaded";

export type Task = Schemas["Task"];
export type TaskList = Schemas["TaskList"];

/** The inspection tasks in reach. */
export function useTasks() {
  const { state, reload } = useLoaded<TaskList>((signal) => call(api.GET("/api/v1/tasks", { signal })));
  useLive((kind) => {
    if (kind === "task" || kind === "lead" || kind === "opened") void reload(true);
  });
  void reload();
  return { state, reload };
}

/** One inspection task. */
export function useTask(id: Ref<string>) {
  const { state, reload } = useLoaded<Task>((signal) =>
    call(api.GET("/api/v1/tasks/{id}", { params: { path: { id: id.value } }, signal })),
  );
  watch(toRef(id), () => void reload(), { immediate: true });
  return { state, reload };
}
