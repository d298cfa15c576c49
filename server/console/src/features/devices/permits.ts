import type { Permit } from "./types";

export type Phase = "active" | "coming" | "over";

/** Where in its time a permit stands. */
export function phaseOf(permit: Permit, now: Date): Phase {
  if (now < new Date(permit.begins_at)) return "coming";
  return now < new Date(permit.ends_at) ? "active" : "over";
}
