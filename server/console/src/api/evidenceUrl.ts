/** Where the bytes of an evidence file are. Sealed originals need a purpose, which is recorded. */
export function evidenceUrl(id: string, purpose?: string): string {
  const path = `/api/v1/evidence/${encodeURIComponent(id)}/content`;
  return purpose === undefined ? path : `${path}?purpose=${encodeURIComponent(purpose)}`;
}
