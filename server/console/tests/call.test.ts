import { describe, expect, it } from "vitest";

import { call, onSignedOut, troubleIn } from "@/api/call";
import { nameIn } from "@/api/download";

describe("a call", () => {
  it("gives the data of a good answer", async () => {
    const result = await call(Promise.resolve({ data: { n: 1 }, response: new Response("{}") }));
    expect(result).toMatchObject({ status: "success", data: { n: 1 } });
  });

  it("never throws when the server is not there", async () => {
    const result = await call(Promise.reject(new TypeError("Failed to fetch")));
    expect(result).toMatchObject({ status: "error", trouble: { status: 0 } });
  });

  it("tells an abort from a failure", async () => {
    const result = await call(Promise.reject(new DOMException("left", "AbortError")));
    expect(result.status).toBe("aborted");
  });

  it("reads the problem of a refusal", async () => {
    const error = { code: "stale_version", message_zh: "已被他人处理", missing_fields: ["finding"] };
    const response = new Response("{}", { status: 409 });
    const result = await call(Promise.resolve({ error, response }));
    expect(result).toMatchObject({
      status: "error",
      trouble: { status: 409, code: "stale_version", message: "已被他人处理", missingFields: ["finding"] },
    });
  });

  it("says so when the session is over", async () => {
    let told = 0;
    onSignedOut(() => (told += 1));
    await call(Promise.resolve({ error: {}, response: new Response("{}", { status: 401 }) }));
    expect(told).toBe(1);
  });

  it("survives an answer that is no problem document", () => {
    expect(troubleIn("<html>", 502)).toEqual({
      status: 502, code: "", message: "", detail: "", missingFields: [],
    });
  });
});

describe("the name of a downloaded file", () => {
  it("is the UTF-8 one where both are given", () => {
    const header = "attachment; filename=\"plan.docx\"; filename*=UTF-8''%E6%96%B9%E6%A1%88.docx";
    expect(nameIn(header)).toBe("方案.docx");
  });

  it("is the plain one otherwise, or none", () => {
    expect(nameIn('attachment; filename="plan.docx"')).toBe("plan.docx");
    expect(nameIn(null)).toBeNull();
  });
});
