import { ref } from "vue";
import { useI18n } from "vue-i18n";

import { download as fetchFile } from "@/api/download";
import { useTrouble } from "@/frame/useTrouble";

import type { Task } from "./useTasks";

/** Makes and saves the 现场检查方案 of a task. */
export function useDocument() {
  const { t } = useI18n();
  const { say } = useTrouble();
  const busy = ref(false);
  const told = ref("");
  const failed = ref("");

  async function download(task: Task): Promise<void> {
    busy.value = true;
    told.value = "";
    failed.value = "";
    const path = `/api/v1/tasks/${encodeURIComponent(task.id)}/documents/inspection-plan.docx`;
    const result = await fetchFile(path, `${t("task.document")}.docx`);
    busy.value = false;
    if (result.status === "success") told.value = t("task.downloaded", { name: result.data });
    if (result.status === "error") failed.value = say(result.trouble);
  }

  return { busy, told, failed, download };
}
