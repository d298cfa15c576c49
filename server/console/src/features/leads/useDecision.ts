import { ref } from "vue";
import { useI18n } from "vue-i18n";

import { api, call, type Result, type Trouble } from "@/api/call";
import { useTrouble } from "@/frame/useTrouble";

import type { Lead } from "./types";

/** The server counts letters without the blanks around them. */
export const SHORTEST = { finding: 6, unclear: 2, other: 2, reopen: 2, note: 0 } as const;
/** What needs a line of the officer's own words. */
export type Asked = keyof typeof SHORTEST;

export const REASONS = [
  "misdetection",
  "not_violation",
  "under_permit",
  "occlusion",
  "test",
  "other",
] as const;
export type Reason = (typeof REASONS)[number];
export type Suggestion = "to_confirm" | "likely_false" | "unclear";

interface Given {
  path: { id: string };
  header: { "if-match": string; "idempotency-key": string };
}

/** Tells the server what was decided. A repeated attempt carries the same key and counts once. */
export function useDecision(told: { decided: (lead: Lead) => void; stale: () => void }) {
  const { t } = useI18n();
  const { say } = useTrouble();
  const busy = ref(false);
  const problem = ref("");
  const attempts = new Map<string, string>();

  function keyOf(attempt: string): string {
    const known = attempts.get(attempt) ?? crypto.randomUUID();
    attempts.set(attempt, known);
    return known;
  }

  function refused(trouble: Trouble): void {
    problem.value = `${say(trouble)} ${t("decision.keptDraft")}`;
    if (trouble.status === 409 || trouble.status === 412 || trouble.status === 422) told.stale();
  }

  async function send(
    lead: Lead,
    what: string,
    request: (given: Given) => Promise<Result<Lead>>,
  ): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = "";
    const version = String(lead.version);
    const result = await request({
      path: { id: lead.id },
      header: { "if-match": version, "idempotency-key": keyOf(`${version} ${what}`) },
    });
    busy.value = false;
    if (result.status === "success") told.decided(result.data);
    if (result.status === "error") refused(result.trouble);
    return result.status === "success";
  }

  const confirm = (lead: Lead, finding: string): Promise<boolean> =>
    send(lead, `confirm ${finding}`, (params) =>
      call(api.POST("/api/v1/leads/{id}/confirm", { params, body: { finding } })),
    );
  const dismiss = (lead: Lead, reason: Reason, note: string | null = null): Promise<boolean> =>
    send(lead, `dismiss ${reason} ${note}`, (params) =>
      call(api.POST("/api/v1/leads/{id}/dismiss", { params, body: { reason, note, same_picture_again: false } })),
    );
  const unclear = (lead: Lead, reason: string): Promise<boolean> =>
    send(lead, `unclear ${reason}`, (params) =>
      call(api.POST("/api/v1/leads/{id}/unclear", { params, body: { reason } })),
    );
  const reopen = (lead: Lead, reason: string): Promise<boolean> =>
    send(lead, `reopen ${reason}`, (params) =>
      call(api.POST("/api/v1/leads/{id}/reopen", { params, body: { reason } })),
    );
  const prescreen = (lead: Lead, suggestion: Suggestion, note: string): Promise<boolean> =>
    send(lead, `prescreen ${suggestion} ${note}`, (params) =>
      call(api.POST("/api/v1/leads/{id}/prescreen", { params, body: { suggestion, note: note || null } })),
    );

  return { busy, problem, confirm, dismiss, unclear, reopen, prescreen };
}
