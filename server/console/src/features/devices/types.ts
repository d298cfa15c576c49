import type { Schemas } from "@/api/call";

export type Device = Schemas["DeviceShown"];
export type Camera = Schemas["CameraShown"];
export type Condition = Schemas["CameraCondition"];
export type Permit = Schemas["PermitShown"];
export type LostFile = Schemas["LostFile"];

const HEARD: readonly string[] = ["online", "draining"];

/** Whether what a device said last still holds. */
export function isHeard(device: Device): boolean {
  return HEARD.includes(device.status);
}
