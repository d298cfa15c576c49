import { describe, expect, it } from "vitest";

import en from "@/i18n/en";
import zh from "@/i18n/zh-CN";
import { KEY_MAP } from "@/keys";

const sources: Record<string, string> = import.meta.glob("../src/**/*.{vue,ts}", {
  query: "?raw",
  import: "default",
  eager: true,
});

function leaves(tree: object, path = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) => {
    const here = path === "" ? key : `${path}.${key}`;
    return typeof value === "object" && value !== null ? leaves(value, here) : [here];
  });
}

const known = leaves(zh);

describe("the words of the console", () => {
  it("exist for every key that the code asks for", () => {
    const asked = Object.entries(sources).flatMap(([file, text]) =>
      [...text.matchAll(/\b(?:t|say|tm)\(\s*"([\w.]+)"/g)].map((match) => [file, match[1] ?? ""]),
    );
    expect(asked.length).toBeGreaterThan(100);
    const missing = asked.filter(
      ([, key]) => !known.some((leaf) => leaf === key || leaf.startsWith(`${key}.`)),
    );
    expect(missing).toEqual([]);
  });

  it("exist for every act of the key map", () => {
    for (const row of KEY_MAP) expect(known).toContain(`keysHelp.act.${row.act}`);
  });

  it("are the same set in both languages", () => {
    expect(leaves(en)).toEqual(known);
  });

  it("take the same values in both languages", () => {
    const values = (tree: object): string[] =>
      leaves(tree).map((path) => {
        const text = path.split(".").reduce((at: unknown, key) => (at as never)[key], tree);
        return `${path} ${(String(text).match(/\{\w+\}/g) ?? []).sort().join()}`;
      });
    expect(values(en)).toEqual(values(zh));
  });

  it("stand only in the language files", () => {
    const chinese = /[\u4e00-\u9fff]/;
    const told = Object.entries(sources).filter(
      ([file, text]) =>
        !file.includes("/i18n/") && !file.endsWith("schema.d.ts") && chinese.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|^\s*\*.*/gm, "")),
    );
    expect(told.map(([file]) => file)).toEqual([]);
  });
});
