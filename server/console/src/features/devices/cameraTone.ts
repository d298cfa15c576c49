import type { Tone } from "@/ui/StateTag.vue";

import type { Condition } from "./types";

/** Every condition that the contract knows: a new one does not compile without a colour. */
const TONES: Record<Condition, Tone> = {
  ok: "good",
  starting: "done",
  finished: "done",
  blurred: "warn",
  moved: "warn",
  offline: "bad",
  no_frames: "bad",
  frozen: "bad",
  dark_or_covered: "bad",
  looped: "bad",
  undecodable: "bad",
  not_analysed: "bad",
};

/** How a camera's condition looks; one of which nothing is known now is neither good nor bad. */
export function toneOf(condition: Condition | null, isKnownNow: boolean): Tone {
  return condition === null || !isKnownNow ? "done" : TONES[condition];
}

/** Whether somebody should go and look. */
export function needsSomebody(condition: Condition | null): boolean {
  return condition !== null && ["bad", "warn"].includes(TONES[condition]);
}
