import type { LeadRow } from "./types";

/** Whether every word occurs in what the row says; an empty search matches all. */
export function matches(
  row: Pick<LeadRow, "hazard" | "enterprise" | "camera" | "zone">,
  words: string,
): boolean {
  const said = [
    row.hazard.id,
    row.hazard.name.zh,
    row.hazard.name.en,
    row.enterprise?.name,
    row.camera.id,
    row.camera.name,
    row.zone,
  ]
    .filter((part) => typeof part === "string")
    .join(" ")
    .toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}
