import { describe, expect, it } from "vitest";

import { sizeOf } from "@/size";

describe("a size", () => {
  it.each([
    [1, "1 kB"],
    [999_000, "999 kB"],
    [1_230_000, "1.2 MB"],
    [19_800_000_000, "19.8 GB"],
    [320_000_000_000, "320 GB"],
    [4_000_000_000_000, "4 TB"],
  ])("of %i bytes is %s", (bytes, words) => {
    expect(sizeOf(bytes)).toBe(words);
  });
});
