import type { Tone } from "@/ui/StateTag.vue";

import type { Revision } from "./useRevisions";

const tones: Record<Revision["state"], Tone> = {
  drafted: "waiting",
  approved: "waiting",
  published: "warn",
  acknowledged: "good",
  refused: "bad",
  withdrawn: "done",
};

/** The colour of a revision's state; one that a newer one has followed is over. */
export function toneOf(revision: Revision, inForce: number | null): Tone {
  if (revision.state === "acknowledged" && revision.number !== inForce) return "done";
  return tones[revision.state];
}
