import type { Tone } from "@/ui/StateTag.vue";

const TONES: Readonly<Record<string, Tone>> = {
  new: "waiting",
  prescreened: "waiting",
  relook: "warn",
  confirmed: "good",
  tasked: "good",
  in_notice: "good",
  in_handover: "good",
};

/** How a state of a lead looks; what is done with is grey. */
export function leadTone(state: string): Tone {
  return TONES[state] ?? "done";
}
