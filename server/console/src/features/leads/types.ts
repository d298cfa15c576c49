import type { paths, Read, Schemas } from "@/api/call";

export type LeadRow = Schemas["LeadRow"];
export type Lead = Read<paths["/api/v1/leads/{id}"]["get"]>;
export type EvidenceFile = Schemas["File"];

/** States in which an officer still has to decide. */
export const OPEN_STATES = ["new", "prescreened", "relook"] as const;

/** The filters of the list; each is a part of the address. */
export const FILTERS: Readonly<Record<string, readonly LeadRow["state"][]>> = {
  open: OPEN_STATES,
  new: ["new"],
  prescreened: ["prescreened"],
  relook: ["relook"],
  confirmed: ["confirmed", "tasked", "in_notice", "in_handover"],
  false_alarm: ["false_alarm"],
  all: [],
};
