import { useI18n } from "vue-i18n";

import type { Trouble } from "@/api/call";

/** Turns what went wrong into one sentence: what happened, what was kept, what to do. */
export function useTrouble() {
  const { t, locale } = useI18n();

  function say(trouble: Trouble): string {
    if (trouble.status === 0) return t("page.unreachable");
    if (trouble.status === 409 || trouble.status === 412) return t("page.stale");
    const told = locale.value === "en" ? trouble.detail : trouble.message;
    if (told !== "") return told;
    return t("page.serverFailed", { status: trouble.status });
  }

  return { say };
}
