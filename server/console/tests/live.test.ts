import { describe, expect, it } from "vitest";

import { toldIn } from "@/api/live";

describe("the data of a live event", () => {
  it("says which object changed and where it stands", () => {
    expect(toldIn('{"id":"a","version":3,"state":"new","more":1}')).toEqual({
      id: "a", version: 3, state: "new",
    });
  });

  it.each(["", "null", "[]", '{"id":7}', "{", undefined])("tells nothing when it is %s", (data) => {
    expect(toldIn(data)).toBeNull();
  });
});
