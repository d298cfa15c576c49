import type { Tone } from "@/ui/StateTag.vue";

import type { Camera, Condition } from "./types";

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

/** A camera that gets less of its rate is behind, as the box itself says. */
const BEHIND = 0.05;

/** Whether so many pictures are let go that something may be missed. */
export function isBehind(camera: Camera): boolean {
  return (camera.shed ?? 0) > BEHIND;
}

/** How a camera looks; one of which nothing is known now is neither good nor bad. */
export function toneOf(camera: Camera, isKnownNow: boolean): Tone {
  if (camera.condition === null || !isKnownNow) return "done";
  const tone = TONES[camera.condition];
  return tone === "good" && isBehind(camera) ? "warn" : tone;
}

/** Whether somebody should go and look. */
export function needsSomebody(camera: Camera): boolean {
  return ["bad", "warn"].includes(toneOf(camera, true));
}
