import { describe, expect, it } from "vitest";

import { nameFor } from "@/features/configuration/fileNames";
import { toneOf } from "@/features/configuration/revisionTone";
import type { Revision } from "@/features/configuration/useRevisions";

function revision(state: Revision["state"], number: number | null): Revision {
  return { state, number } as Revision;
}

describe("a chosen file", () => {
  it("goes to the box under the name that the box gives it", () => {
    expect(nameFor("site.yaml")).toBe("site.yaml");
    expect(nameFor("gate.yaml")).toBe("cameras/gate.yaml");
  });
});

describe("the colour of a revision", () => {
  it("is good only while the box runs with it", () => {
    expect(toneOf(revision("acknowledged", 4), 4)).toBe("good");
    expect(toneOf(revision("acknowledged", 3), 4)).toBe("done");
  });

  it("warns of what waits for the box and of what it refused", () => {
    expect(toneOf(revision("published", 5), 4)).toBe("warn");
    expect(toneOf(revision("refused", 5), 4)).toBe("bad");
  });
});
