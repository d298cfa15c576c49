import type { Schemas } from "@/api/call";

export type LeadRow = Schemas["LeadRow"];
export type Lead = Schemas["Lead"];
export type EvidenceFile = Schemas["File"];

/** States in which an officer still has to decide. */
export const OPEN_STATES = ["new", "prescreened", "relook"] as const;

/** The filters of the list; each is a part of the address. */
export const FILTERS: Readonly<Record<string, readonly string[]>> = {
  open: OPEN_STATES,
  new: ["new"],
  prescreened: ["prescreened"],
  relook: ["relook"],
  tasked: ["confirmed", "tasked"],
  transferred: ["transfer_proposed", "transferred"],
  false_alarm: ["false_alarm"],
  all: [],
};
