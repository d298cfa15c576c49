import { describe, expect, it } from "vitest";

import { applyTold, mergeLeads, type Row } from "@/features/leads/mergeLeads";

const row = (id: string, version = 1): Row => ({ id, version });

describe("a fresh reading of the list", () => {
  it("takes over while nobody is at work in the list", () => {
    const merged = mergeLeads([row("a"), row("b")], [row("c"), row("a", 2)], false);
    expect(merged).toEqual({ shown: [row("c"), row("a", 2)], waiting: [] });
  });

  it("keeps the rows in their places and lets new ones wait while somebody is", () => {
    const merged = mergeLeads([row("a"), row("b")], [row("c"), row("b"), row("a")], true);
    expect(merged.shown.map((each) => each.id)).toEqual(["a", "b"]);
    expect(merged.waiting).toEqual([row("c")]);
  });

  it("patches a changed row where it stands", () => {
    expect(mergeLeads([row("a"), row("b")], [row("b", 3)], true).shown).toEqual([row("a"), row("b", 3)]);
  });

  it("never puts an older version over a newer one", () => {
    expect(mergeLeads([row("a", 5)], [row("a", 4)], true).shown).toEqual([row("a", 5)]);
  });

  it("keeps a row that has left the filter until the officer loads anew", () => {
    expect(mergeLeads([row("a")], [], true).shown).toEqual([row("a")]);
  });
});

describe("a change that is told", () => {
  const rows = [{ id: "a", version: 2, state: "new" }];

  it("shows at once that a colleague has decided", () => {
    const told = { id: "a", version: 3, state: "false_alarm" };
    expect(applyTold(rows, told)).toEqual([told]);
  });

  it("is ignored when the row is as new, or another", () => {
    expect(applyTold(rows, { id: "a", version: 2, state: "tasked" })).toBe(rows);
    expect(applyTold(rows, { id: "b", version: 9, state: "tasked" })).toBe(rows);
  });
});
