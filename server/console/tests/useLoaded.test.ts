import { effectScope } from "vue";
import { describe, expect, it } from "vitest";

import type { Result } from "@/api/call";
import { useLoaded } from "@/api/useLoaded";

const good = (data: string): Result<string> => ({ status: "success", data, headers: new Headers() });
const bad = (status: number): Result<string> => ({
  status: "error",
  trouble: { status, code: "", message: "", detail: "", missingFields: [] },
});

function reading(...answers: Result<string>[]) {
  const scope = effectScope();
  const left = [...answers];
  const reader = scope.run(() => useLoaded(() => Promise.resolve(left.shift() ?? bad(0))));
  if (reader === undefined) throw new Error("the scope is not active");
  return reader;
}

describe("reading a page", () => {
  it("begins with loading and ends with what was read", async () => {
    const { state, reload } = reading(good("a"));
    expect(state.value.kind).toBe("loading");
    await reload();
    expect(state.value).toMatchObject({ kind: "ready", data: "a" });
  });

  it.each([
    [403, "forbidden"],
    [404, "gone"],
    [500, "error"],
    [0, "error"],
  ])("draws a status %i as %s", async (status, kind) => {
    const { state, reload } = reading(bad(status));
    await reload();
    expect(state.value.kind).toBe(kind);
  });

  it("keeps the page through a passing failure in the background", async () => {
    const { state, reload } = reading(good("a"), bad(0));
    await reload();
    await reload(true);
    expect(state.value).toMatchObject({ kind: "ready", data: "a" });
  });

  it("takes the page away when the right to see it is gone", async () => {
    const { state, reload } = reading(good("a"), bad(403));
    await reload();
    await reload(true);
    expect(state.value.kind).toBe("forbidden");
  });

  it("forgets an older answer that comes late", async () => {
    const scope = effectScope();
    const resolvers: ((result: Result<string>) => void)[] = [];
    const reader = scope.run(() =>
      useLoaded<string>(() => new Promise((resolve) => resolvers.push(resolve))),
    );
    const first = reader?.reload();
    const second = reader?.reload();
    resolvers[1]?.(good("new"));
    resolvers[0]?.(good("old"));
    await Promise.all([first, second]);
    expect(reader?.state.value).toMatchObject({ kind: "ready", data: "new" });
  });
});
