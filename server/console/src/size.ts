const KILO = 1000;

/** `12 kB`, `3.4 MB`, `20 GB`; what is smaller counts as a kilobyte. */
export function sizeOf(bytes: number): string {
  const [value, unit] = scaled(bytes);
  return `${value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
}

function scaled(bytes: number): [number, string] {
  if (bytes < KILO ** 2) return [Math.ceil(bytes / KILO), "kB"];
  if (bytes < KILO ** 3) return [bytes / KILO ** 2, "MB"];
  if (bytes < KILO ** 4) return [bytes / KILO ** 3, "GB"];
  return [bytes / KILO ** 4, "TB"];
}
