/** The name under which a chosen file goes to the box: site.yaml, or a camera's file. */
export function nameFor(chosen: string): string {
  return chosen === "site.yaml" ? chosen : `cameras/${chosen}`;
}
