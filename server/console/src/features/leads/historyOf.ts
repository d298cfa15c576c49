import { momentOf } from "@/time";
import type { TimeLineEntry } from "@/ui/TimeLine.vue";

import type { Lead } from "./types";

type Say = (key: string, values?: Record<string, unknown>) => string;

/** The acts of a lead as lines of its history, newest last. */
export function historyOf(lead: Lead, say: Say, knows: (key: string) => boolean): TimeLineEntry[] {
  return lead.acts.map((act, n) => {
    const event = `leadEvent.${act.event}`;
    const role = act.role === null || act.role === "svc" ? "" : ` · ${say(`role.${act.role}`)}`;
    const coded = ["decision.reason", "decision.suggestion"].map((of) => `${of}.${act.text ?? ""}`);
    const reason = coded.find(knows);
    return {
      key: `${n}`,
      at: momentOf(act.at),
      iso: act.at,
      title: knows(event) ? say(event) : act.event,
      by: act.role === "svc" ? say("role.svc") : `${act.actor}${role}`,
      text: reason === undefined ? (act.text ?? "") : say(reason),
    };
  });
}
