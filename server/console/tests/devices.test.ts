import { describe, expect, it } from "vitest";

import { needsSomebody, toneOf } from "@/features/devices/cameraTone";
import { phaseOf } from "@/features/devices/permits";
import type { Camera, Device, Permit } from "@/features/devices/types";
import { isWell, worriesOf } from "@/features/devices/worries";
import en from "@/i18n/en";
import zh from "@/i18n/zh-CN";

import openapi from "../../openapi.json";

const NOW = new Date("2026-03-02T08:00:00Z");
const say = (key: string): string => key;

const camera: Camera = {
  id: "gate", name: "大门", place: null, condition: "ok", since: null, detail: "", fps: 5, shed: 0, unwatched: [],
};
const device: Device = {
  id: "box-1", site: "site-1", status: "online", heard_at: NOW.toISOString(), software: "1",
  config_error: null, outbox_pending: 0, clock_synchronised: true, clock_ahead_ms: 3, doubled_at: null,
  certificate_until: "2026-05-30T08:00:00Z", models: [], inference: null, models_refused: [], permits: [],
  permits_error: null, evidence: null, evidence_lost: null, messages_lost: null, counters: {},
  cameras: [camera],
};
const room = {
  level: "ok", quota_bytes: 1000, used_bytes: 900, waiting_bytes: 850, disk_free_bytes: 5000,
};
const lost = { count: 3, last_at: "2026-03-01T00:00:00Z" };

function worries(other: Partial<Device>): [string, string, Record<string, unknown>][] {
  return worriesOf({ ...device, ...other }, NOW, say).map((one) => [one.key, one.tone, one.values]);
}

function sentences(tree: { deviceWorry: object }): string[] {
  return Object.keys(tree.deviceWorry).sort();
}

describe("what needs somebody at a device", () => {
  it("is nothing when all is well", () => {
    expect(worries({})).toEqual([]);
    expect(isWell(device, [])).toBe(true);
  });

  it.each([
    ["2026-03-28T08:00:00Z", []],
    ["2026-03-14T09:00:00Z", [["certificateSoon", "warn", { n: 12, date: "2026-03-14" }]]],
    ["2026-03-05T08:00:00Z", [["certificateSoon", "bad", { n: 3, date: "2026-03-05" }]]],
    ["2026-03-02T07:00:00Z", [["certificateOver", "bad", { date: "2026-03-02" }]]],
  ])("is a certificate that ends at %s", (until, expected) => {
    expect(worries({ certificate_until: until })).toEqual(expected);
  });

  it("is no certificate where a secret serves instead", () => {
    expect(worries({ certificate_until: null })).toEqual([]);
  });

  it("is a model that is refused, each with the device's reason", () => {
    const refused = [{ name: "a", reason: "unsigned" }, { name: "b", reason: "altered" }];
    const found = worriesOf({ ...device, models_refused: refused }, NOW, say);
    expect(found.map((one) => [one.key, one.values["name"], one.words])).toEqual([
      ["model", "a", "unsigned"],
      ["model", "b", "altered"],
    ]);
  });

  it.each([
    [{ ...room }, []],
    [{ ...room, level: "warning_80" }, [["evidenceFull", "warn", { share: 85 }]]],
    [{ ...room, level: "warning_90", disk_free_bytes: 0 }, [["evidenceFull", "bad", { share: 94 }]]],
  ])("is room for evidence that runs out: %o", (evidence, expected) => {
    expect(worries({ evidence })).toEqual(expected);
  });

});

describe("what needs somebody at a device that is at work, or not", () => {
  it("is what was lost, with how much and when", () => {
    const values = { n: 3, time: "2026-03-01 08:00:00" };
    expect(worries({ evidence_lost: lost, messages_lost: lost })).toEqual([
      ["evidenceLost", "bad", values],
      ["messagesLost", "bad", values],
    ]);
  });

  it.each([
    [{ clock_synchronised: false }, [["clock", "warn", {}]]],
    [{ clock_ahead_ms: -61_000 }, [["clockBehind", "warn", { s: 61 }]]],
    [{ clock_ahead_ms: 2500 }, [["clockAhead", "warn", { s: 3 }]]],
    [{ clock_synchronised: null, clock_ahead_ms: null }, []],
  ])("is a clock that is off: %o", (other, expected) => {
    expect(worries(other)).toEqual(expected);
  });

  it.each([
    ["silent", "silent"],
    ["offline", "offline"],
  ])("is a device that is %s", (status, key) => {
    expect(worries({ status }).map((one) => one[0])).toEqual([key]);
  });

  it("is a device that was never heard, and nothing at one that is revoked", () => {
    expect(worries({ status: "never_heard", heard_at: null }).map((one) => one[0])).toEqual(["neverHeard"]);
    expect(worries({ status: "revoked", doubled_at: NOW.toISOString() })).toEqual([]);
  });

  it("stands with the gravest first", () => {
    const found = worries({ clock_synchronised: false, doubled_at: NOW.toISOString(), config_error: "x" });
    expect(found.map((one) => one[0])).toEqual(["doubled", "configuration", "clock"]);
  });

  it("is a camera too", () => {
    const frozen = { ...device, cameras: [camera, { ...camera, condition: "frozen" as const }] };
    expect(isWell(frozen, worriesOf(frozen, NOW, say))).toBe(false);
  });

  it("has a sentence in both languages for each", () => {
    const all = worriesOf(
      {
        ...device, status: "silent", doubled_at: NOW.toISOString(), config_error: "x", permits_error: "x",
        certificate_until: "2026-03-05T08:00:00Z", models_refused: [{ name: "a", reason: "x" }],
        evidence: { ...room, level: "warning_90" }, evidence_lost: lost, messages_lost: lost,
        clock_synchronised: false,
      },
      NOW,
      say,
    );
    expect(all).toHaveLength(10);
    for (const one of all) expect(sentences(zh)).toContain(one.key);
    expect(sentences(en)).toEqual(sentences(zh));
  });
});

describe("the conditions of cameras", () => {
  const conditions = openapi.components.schemas.CameraCondition.enum as NonNullable<Camera["condition"]>[];

  it("all have a word, and what is not well says what to do", () => {
    expect(conditions.length).toBeGreaterThan(10);
    for (const words of [zh, en]) {
      expect(Object.keys(words.cameraState).sort()).toEqual([...conditions, "behind"].sort());
      const ill = conditions.filter((condition) => needsSomebody({ ...camera, condition }));
      for (const one of ill) expect(words.cameraRemedy[one]).not.toBe("");
    }
  });

  it("are neither good nor bad once the device is silent", () => {
    const tone = (condition: Camera["condition"], known: boolean): string => toneOf({ ...camera, condition }, known);
    for (const one of conditions) expect(tone(one, false)).toBe("done");
    expect([tone("ok", true), tone("moved", true), tone("looped", true)]).toEqual(["good", "warn", "bad"]);
  });

  it("are not well where the device cannot keep up", () => {
    const at = (shed: number | null): string => toneOf({ ...camera, shed }, true);
    expect([at(null), at(0.05), at(0.06)]).toEqual(["good", "good", "warn"]);
    expect(needsSomebody({ ...camera, shed: 0.4 })).toBe(true);
  });
});

describe("a work permit", () => {
  const permit: Permit = {
    id: "p", kind: "hot_work", cameras: ["gate"], zones: [], hazards: [], excused: 0,
    begins_at: "2026-03-02T08:00:00Z", ends_at: "2026-03-02T12:00:00Z",
  };

  it.each([
    ["2026-03-02T07:59:59Z", "coming"],
    ["2026-03-02T08:00:00Z", "active"],
    ["2026-03-02T11:59:59Z", "active"],
    ["2026-03-02T12:00:00Z", "over"],
  ])("is at %s %s", (at, phase) => {
    expect(phaseOf(permit, new Date(at))).toBe(phase);
  });
});
