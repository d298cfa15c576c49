import { describe, expect, it } from "vitest";

import { ageOf, momentOf } from "@/time";

const say = (key: string, values?: Record<string, unknown>): string =>
  `${key}${values === undefined ? "" : ` ${String(values["n"])}`}`;

describe("a moment", () => {
  it("is shown in the sites' zone, whatever the browser's", () => {
    expect(momentOf("2026-09-27T16:03:22Z")).toBe("2026-09-28 00:03:22");
  });

  it("is left as it is when it cannot be read", () => {
    expect(momentOf("soon")).toBe("soon");
  });
});

describe("an age", () => {
  const now = new Date("2026-09-28T00:00:00Z");
  it.each([
    ["2026-09-27T23:59:30Z", "time.now"],
    ["2026-09-27T23:53:59Z", "time.minutes 6"],
    ["2026-09-27T20:59:00Z", "time.hours 3"],
    ["2026-09-25T23:00:00Z", "time.days 2"],
    ["2026-09-28T00:00:05Z", "time.now"],
  ])("of %s reads %s", (iso, words) => {
    expect(ageOf(iso, now, say)).toBe(words);
  });
});
