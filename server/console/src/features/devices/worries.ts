import { ageOf, dayOf, momentOf } from "@/time";

import { needsSomebody } from "./cameraTone";
import { isHeard, type Device } from "./types";

/** One thing that somebody should do about a device: a sentence, and the device's own words. */
export interface Worry {
  key: string;
  tone: "bad" | "warn";
  values: Record<string, string | number>;
  words?: string;
  id?: string;
}

type Say = (key: string, values?: Record<string, unknown>) => string;

const DAY_MS = 86_400_000;
/** Boxes renew with 30 days left and try every hour: with fewer left, something keeps them from it. */
const RENEWED_BY_DAYS = 25;
const URGENT_DAYS = 7;
const CLOCK_OFF_MS = 2000;

/** All that needs somebody, the gravest first. */
export function worriesOf(device: Device, now: Date, say: Say): Worry[] {
  if (device.status === "revoked") return [];
  return [
    ...doubled(device),
    ...contact(device, now, say),
    ...certificate(device, now),
    ...refusals(device),
    ...losses(device),
    ...clock(device),
  ].sort((a, b) => Number(b.tone === "bad") - Number(a.tone === "bad"));
}

/** Whether a device or one of its cameras needs somebody. */
export function isWell(device: Device, worries: readonly Worry[]): boolean {
  if (device.status === "revoked") return true;
  return worries.length === 0 && !device.cameras.some((camera) => needsSomebody(camera));
}

function doubled(device: Device): Worry[] {
  const at = device.doubled_at;
  return at === null ? [] : [{ key: "doubled", tone: "bad", values: { time: momentOf(at) } }];
}

function contact(device: Device, now: Date, say: Say): Worry[] {
  if (isHeard(device)) return [];
  const { status, heard_at } = device;
  if (heard_at === null) return [{ key: "neverHeard", tone: "warn", values: {} }];
  const key = status === "silent" ? "silent" : "offline";
  return [{ key, tone: "bad", values: { age: ageOf(heard_at, now, say) } }];
}

function certificate(device: Device, now: Date): Worry[] {
  if (device.certificate_until === null) return [];
  const until = new Date(device.certificate_until);
  const n = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
  if (n >= RENEWED_BY_DAYS) return [];
  const date = dayOf(until);
  if (until <= now) return [{ key: "certificateOver", tone: "bad", values: { date } }];
  return [{ key: "certificateSoon", tone: n < URGENT_DAYS ? "bad" : "warn", values: { n, date } }];
}

function refusals(device: Device): Worry[] {
  const found: Worry[] = device.models_refused.map((model) => ({
    key: "model",
    tone: "bad",
    values: { name: model.name },
    words: model.reason,
    id: model.name,
  }));
  if (device.config_error !== null) {
    found.push({ key: "configuration", tone: "bad", values: {}, words: device.config_error });
  }
  if (device.permits_error !== null) {
    found.push({ key: "permits", tone: "bad", values: {}, words: device.permits_error });
  }
  return found;
}

function losses(device: Device): Worry[] {
  const found: Worry[] = [];
  const { evidence_lost: files, messages_lost: messages, evidence: room } = device;
  if (room !== null && room.level !== "ok") found.push(filling(room));
  if (files !== null) {
    const values = { n: files.count, time: momentOf(files.last_at) };
    found.push({ key: "evidenceLost", tone: "bad", values });
  }
  if (messages !== null) {
    const values = { n: messages.count, time: momentOf(messages.last_at) };
    found.push({ key: "messagesLost", tone: "bad", values });
  }
  return found;
}

function filling(room: NonNullable<Device["evidence"]>): Worry {
  // the disk may be full long before the quota is: what can be filled is the smaller of both
  const whole = Math.min(room.quota_bytes, room.used_bytes + room.disk_free_bytes);
  const share = whole > 0 ? Math.min(100, Math.round((100 * room.waiting_bytes) / whole)) : 100;
  return { key: "evidenceFull", tone: room.level === "warning_90" ? "bad" : "warn", values: { share } };
}

function clock(device: Device): Worry[] {
  const ahead = device.clock_ahead_ms;
  if (ahead !== null && Math.abs(ahead) > CLOCK_OFF_MS) {
    const s = Math.round(Math.abs(ahead) / 1000);
    return [{ key: ahead > 0 ? "clockAhead" : "clockBehind", tone: "warn", values: { s } }];
  }
  return device.clock_synchronised === false ? [{ key: "clock", tone: "warn", values: {} }] : [];
}
