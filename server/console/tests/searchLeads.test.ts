import { describe, expect, it } from "vitest";

import { matches } from "@/features/leads/searchLeads";

const row = {
  hazard: { id: "PPE-01", name: { zh: "未佩戴安全帽", en: "No helmet" } },
  enterprise: { id: "e1", name: "南京某仓储有限公司" },
  camera: { id: "cam-1", name: "1号装卸区" },
  zone: null,
};

describe("searching leads", () => {
  it.each(["", "安全帽", "仓储 装卸", "ppe-01", "HELMET"])("finds by “%s”", (words) => {
    expect(matches(row, words)).toBe(true);
  });

  it("wants every word", () => {
    expect(matches(row, "安全帽 昆山")).toBe(false);
  });

  it("manages without an enterprise", () => {
    expect(matches({ ...row, enterprise: null }, "仓储")).toBe(false);
  });
});
