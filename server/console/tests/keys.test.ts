import { effectScope, type EffectScope } from "vue";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { actOf, KEY_MAP, letterKeys, useKeys } from "@/keys";

let scope: EffectScope;
let heard: string[];

function press(key: string, target: EventTarget = document.body, init: KeyboardEventInit = {}): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
}

beforeEach(() => {
  heard = [];
  scope = effectScope();
  scope.run(() => {
    useKeys("lead", { confirm: () => heard.push("confirm"), play: () => heard.push("play") });
    useKeys("decision", { reason: (key) => heard.push(key), submit: () => heard.push("submit") });
  });
});

afterEach(() => {
  scope.stop();
  document.body.replaceChildren();
  letterKeys.value = true;
});

describe("the key map", () => {
  it("gives each key of a scope one meaning", () => {
    const keys = KEY_MAP.flatMap((row) => row.keys.map((key) => `${row.scope} ${key}`));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("reads a letter in either case", () => {
    expect(actOf("Y", "lead")).toBe("confirm");
  });
});

describe("a shortcut", () => {
  it("acts on its key", () => {
    press("y");
    press("4");
    expect(heard).toEqual(["confirm", "4"]);
  });

  it.each(["input", "textarea", "select"])("is off in a %s", (tag) => {
    const field = document.body.appendChild(document.createElement(tag));
    press("y", field);
    expect(heard).toEqual([]);
  });

  it("is off while a dialog is open", () => {
    const dialog = document.body.appendChild(document.createElement("dialog"));
    dialog.setAttribute("open", "");
    press("y");
    expect(heard).toEqual([]);
  });

  it("leaves the browser's own combinations alone", () => {
    press("y", document.body, { ctrlKey: true });
    expect(heard).toEqual([]);
  });

  it("leaves the space bar to a button that has the focus", () => {
    const button = document.body.appendChild(document.createElement("button"));
    press(" ", button);
    expect(heard).toEqual([]);
  });

  it("can be switched off where it is a single letter, and only there", () => {
    letterKeys.value = false;
    press("y");
    press(" ");
    press("Enter");
    expect(heard).toEqual(["play", "submit"]);
  });

  it("belongs to what was opened last, unless that declines", () => {
    let deciding = true;
    scope.run(() => {
      useKeys("lead", { back: () => heard.push("back") });
      useKeys("decision", { cancel: () => deciding && heard.push("cancel") });
    });
    press("Escape");
    deciding = false;
    press("Escape");
    expect(heard).toEqual(["cancel", "back"]);
  });

  it("ends with the page that asked for it", () => {
    scope.stop();
    press("y");
    expect(heard).toEqual([]);
  });
});
